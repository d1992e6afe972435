"""What the sentences of a strike say of its status: verbs and turns of phrase, in the order in which they are looked for.

What is denied (`no habrá paro`, `no levantarán el bloqueo`) or asked for (`pide levantar el paro`) stands before what is said.
"""

import re

from enrich.openings import Gate

STRIKE = r"(?:paros?|huelgas?|paralizacion(?:es)?|medidas?|protestas?|bloqueos?|marchas?|movilizacion|plantones|planton|piquetes?|jornada|tomas?|apagado de motores)"
THE = r"(?:(?:el|la|los|las|un|una|su|sus|este|esta|ese|esa|con|de|del|al|a|que|haya|haber|convocad[oa]|convocar|iniciar|realizar|acatar|ir|temporalmente|nuev[oa]|cualquier|posible|supuest[oa]|su|segundo|tercer) )*"
WORDS = r"(?:\w+ ){0,3}"
MAKES = r"(?:deja|dejo|oblig|provoc|caus|gener|ocasion|mantien|mantuv|afect)"
"""Verbs behind which what a strike does to others is told: `la huelga deja vuelos cancelados`."""
_TOLD: tuple[tuple[str, float, str], ...] = (
    # called for this very day or the next, or put to the vote
    (
        "announced",
        2.6,
        rf"(?:punto|lugar|hora) de (?:encuentro|reunion|concentracion|partida)|nos vemos|lleva(?:r|n|d)? (?:agua|tu|sus)|(?:hoy|mañana) (?:\w+ )?(?:salimos|marchamos|paramos|apagamos|nos concentramos|bloqueamos)|mañana (?:\w+ ){{0,8}}(?:apagamos|paran|marchan|salen a las calles|cierran|bloquean|acatan|no trabaja\w*)|(?:paran|marchan|acatan {THE}{STRIKE}|protestan) (?:mañana|este (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)|el (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo))|tomorrow (?:\w+ ){{0,12}}(?:march\w*|strik\w*|protest\w*|stop\w*|block\w*)|(?:el|este) (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo) (?:\w+ ){{0,4}}(?:no habra (?:servicio|atencion|clases|transporte)|guardaran|pararan|cerraran|marcharan)|guardaran sus (?:buses|unidades|vehiculos)",
    ),
    (
        "considered",
        2.8,
        r"si (?:vamos|van|iremos|iran) o no|(?:deciden|decidiran|definen|definiran|votan|votaran|votar|resolveran) (?:\w+ ){0,4}si (?:\w+ ){0,3}(?:toman?|bloquean?|paran?|cierran?|acatan?|marchan?|inician?|van|salen|dejan)|(?:evaluan?|evaluaran?|estudian?|sopesan?|sopesar|barajan?|analizan?) (?:\w+ ){0,3}(?:no abrir|cerrar|parar|tomar|bloquear|salir|acatar|apagar)|nada (?:esta |hay )?decidid[oa]|consult(?:amos|aran|an) (?:mañana |hoy )?a (?:las|sus|nuestras) bases|todavia no hay acuerdo|la asamblea dira|(?:put|goes) to (?:a |the )?vote",
    ),
    (
        "ended",
        2.6,
        rf"(?:durante|por) un (?:solo )?dia (?:\w+ ){{0,6}}(?:mantuvieron|cerraron|bloquearon|pararon)|cumplido el (?:horario|plazo de la medida)|que (?:duro|habia durado) (?:\w+ ){{1,3}}(?:dias|horas|semanas)|(?:duro|se prolongo) (?:\w+ ){{1,4}}(?:dias|semanas|horas) {THE}{STRIKE}|se dispersaron|(?:recupera|recuperan) sus (?:aulas|clases|locales|puestos)|(?:runs?|running|open|opens|reopened|resumed) again|(?:de un solo dia|de un dia) (?:fue|dejo)|{STRIKE} (?:\w+ ){{0,9}}(?:termino ayer|acabo ayer|concluyo ayer|se disolvio)|volvio a (?:sonar|atender|abrir|funcionar)",
    ),
    # asked for, not done
    (
        "",
        0.0,
        rf"(?:pid\w+|exhort\w+|solicit\w+|invoc\w+|inst(?:a|o|aron) a|llam(?:a|o|an) a|recomend\w+|asked|urged|urges|calls on|exig\w+|exij\w+) {WORDS}(?:no )?(?:levant\w+|depon\w+|suspend\w+|acat\w+|desist\w+|lift|end|suspend|call off|que (?:retom|reanud|vuelv|regres)\w+)|(?:para|propon\w+|busc\w+) (?:\w+ ){{0,4}}(?:poner fin|solucionar|resolver)",
    ),
    (
        "ongoing",
        1.2,
        rf"no (?:se )?(?:levant\w+|depon\w+|suspend\w+|suspensi\w+|cesa\w*|ceder\w*|se moveran|se mueven|dejaran|retiraran|se iran)(?: {THE}{STRIKE})?|sin levantar|no cesan? {THE}{STRIKE}",
    ),
    (
        "ongoing",
        1.8,
        rf"(?:rechaz|descart|nieg|neg|refus)\w+ (?:a |to )?{WORDS}(?:suspender|levantar|deponer|call off|end|suspend|lift) (?:the )?{THE}(?:{STRIKE}|strike|blockade|protest)|(?:suspend|suspind)\w+ {THE}(?!{STRIKE})\w+ (?:\w+ ){{0,6}}por (?:el |la |un |una )?(?:segundo dia (?:de )?)?{STRIKE}",
    ),
    (
        "announced",
        1.2,
        rf"(?:rechaz|descart|nieg|neg)\w+ {WORDS}(?:postergar|cancelar|reprogramar) {THE}{STRIKE}|no hay marcha atras",
    ),
    (
        "considered",
        1.5,
        rf"no (?:se )?descart\w+ {THE}{WORDS}(?:{STRIKE}|sumarse|plegarse|parar)|no descarta\w*|no se ha descartado",
    ),
    (
        "announced",
        1.0,
        rf"no (?:se )?(?:sum|pleg|plieg|adher|acat|particip|apoy|respald)\w+ {THE}{STRIKE}|no se (?:plegaran|sumaran|pliegan|suman)",
    ),
    (
        "ended",
        2.6,
        rf"(?:desaloj|entreg|devolv|devuelv|desocup|dej|abandon)\w+ (?:\w+ ){{1,6}}que (?:ocupaban|tenian|mantenian)(?: (?:tomad|ocupad|cerrad)[oa]s?)?(?: desde (?:el |hace )?\w+)?|{STRIKE} de ayer|{STRIKE} se sintio|un año despues|a (?:un|\w+) años? del? {THE}{STRIKE}|aniversario del? {THE}{STRIKE}",
    ),
    (
        "ongoing",
        1.5,
        r"(?:varad|cerrad|bloquead|tomad|paralizad|acampad|encadenad)[oa]s? desde|desde hace|desde el pasado|llevan (?:\w+ ){0,3}(?:dias|horas|semanas)",
    ),
    (
        "ongoing",
        2.4,
        rf"(?:primer|segundo|tercer|cuarto|quinto|sexto|se[pt]+imo|octavo|noveno|decimo|\d+ ?[oº]?) dias? (?:consecutivo )?(?:de|del) {THE}{STRIKE}|{STRIKE} (?:sigue|seguira|siguen|continua|continuara|continuaran|se mantendra|se mantiene|prosigue|proseguira) (?:mañana|este|hoy|hasta)",
    ),
    ("ongoing", 1.6, r"no (?:volver|regres|retom|reanud|retorn)\w+"),
    # given back, put off to a day, remembered, put in the place of a stop; and what is told of today or tomorrow
    (
        "suspended",
        2.8,
        rf"levant\w+ {THE}(?:\w+ )?{STRIKE} (?:\w+ ){{0,5}}hasta (?:el|la|nuevo|fin)|(?:desactiv|conjur|frustr|evit)\w+ {THE}{STRIKE}|lift(?:s|ed)? (?:\w+ ){{1,9}}for (?:\w+ )?(?:days?|hours|week|weeks)|suspend\w* (?:\w+ ){{0,3}}(?:strikes|blockades|protests|roadblocks)",
    ),
    (
        "announced",
        3.0,
        r"(?:pero|en su lugar|en cambio|en vez de ello|sino que) (?:si )?(?:marcharan|saldran|protestaran|realizaran|se movilizaran|haran)",
    ),
    (
        "announced",
        2.4,
        r"mañana (?:\w+ )?(?:no (?:hay|habra|trabaj\w+|sal\w+|abr\w+|atiend\w+|atend\w+)|par\w+|paralizan|marchan|protestan|acatan)|(?:avisan|avisaron|advierten|anuncian) que mañana",
    ),
    (
        "considered",
        2.2,
        r"\w+(?:aran|eran|iran) si (?:no|el gobierno|la empresa|hasta|para)|evalua\w* (?:\w+ ){0,3}(?:volver|salir|retomar|reanudar|sumarse|plegarse|radicalizar|tomar)|(?:defin|decid|resolv|resuelv)\w* si (?:\w+ )?(?:retom|van|iran|acat|par|inici|vuelv|sal|se sum|se plieg|dej)\w*|estudi\w+ (?:tomar|bloquear|cerrar)|no (?:esta|hay nada) decidido|sobre la mesa",
    ),
    (
        "ongoing",
        2.2,
        r"(?:dejaron de \w+|caminaron|marcharon|marchan|paran|bloquearon|bloquean|paralizaron|protestaron|salieron a las calles|acatan|acataron|no circularon) (?:\w+ ){0,3}(?:hoy|esta mañana)|(?:dejaron de \w+|caminaron|marcharon|paralizaron|protestaron) (?:\w+ ){0,4}este (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)|radicalizan",
    ),
    # told by what is done, whatever it is called
    (
        "suspended",
        2.8,
        rf"(?:dejan|dejaron|dejo|dejar|queda|quedo) en suspenso {THE}(?:{STRIKE}|toma)?|no (?:bloquearan|pararan|cerraran|tomaran|marcharan|iran a) |desm(?:ient|int)\w+ que (?:vayan a|haya|van a|se vaya a) (?:parar|paralizar|{STRIKE})|(?:dejan|pasan|mueven|trasladan|corren) (?:para|al) (?:el |la )?(?:\w+ )?{THE}{STRIKE}|dan un respiro|(?:abren|abrieron) (?:la |el )?\w+ por \w+ (?:horas|dias)|deja(?:n)? (?:de lado )?el bloqueo|por ahora no (?:va|habra|paran)",
    ),
    (
        "ended",
        2.6,
        r"(?:que|donde|cuando) (?:ocuparon|tomaron|bloquearon|cerraron|mantuvieron \w+)|mantuvieron (?:cerrad|bloquead|tomad)[oa]s?|celebraron (?:\w+ )?(?:el acuerdo|anoche)|(?:habian|han|haber|se) replegado|circulacion (?:era|es|fue|volvio a ser) normal|se acato|(?:segun el |en su )?balance de|(?:retomaron|recuperaron|reiniciaron|reanudaron|retoman|reanudan) sus|(?:regresan|regresaron|vuelven|volvieron|retornan|retornaron) a (?:sus|la|las|los|el|atender|trabajar|circular|custodiar)|(?:entregan|entregaron|devuelven|devolvieron|desocupan|desocuparon|dejaron) (?:el|la) (?:local|campus|rectorado|municipio|planta|universidad|ugel|via|puente)|(?:quedo|quedaron|esta) (?:libre|expedit[oa]|despejad[oa])|apagan su|(?:policia|pnp|agentes) (?:\w+ ){0,2}(?:libera|libero|despeja|despejo|desaloja|desalojo)|(?:movilizacion|marcha|caravana|medida|vigilia|protesta) concluyo|aceptaron la (?:oferta|propuesta)|se normaliz\w+|puso fin a la|con (?:el )?aumento bajo",
    ),
    (
        "considered",
        2.4,
        rf"vota(?:n|ran|mos)? (?:\w+ )?si (?:van|iran|acatan|paran|inician)|si (?:van|iran) a (?:la )?(?:{STRIKE}|parar)|o (?:nos|les|se|hay|cumplen|pagan|viene) (?:\w+ ){{0,3}}o (?:paramos|bloqueamos|cerramos|tomamos)|o (?:paramos|bloqueamos)|(?:definiran|decidiran|veran|consultaran|votaran|discutiran) (?:\w+ ){{0,3}}si|(?:tomaremos|bloquearemos|cerraremos|pararemos|saldremos|radicalizaremos|acataremos)|dara su respuesta",
    ),
    (
        "announced",
        1.6,
        r"(?:haran|realizaran|tendran|celebraran|organizaran|protagonizaran) (?:\w+ )?(?:planton|plantones|vigilia|vigilias|marcha|marchas|caravana|sentada|cacerolazo|movilizacion|paro|huelga)|la cita (?:es|sera)|(?:aprobo|aprobaron|acordo|acordaron) (?:\w+ ){0,3}(?:guardar|parar|paralizar|cero|ir|iniciar|acatar|salir)|llama a (?:apagar|guardar|parar|cerrar|tomar|salir)|no (?:hornearan|recogeran|venderan|entregaran|despacharan|dictaran|repartiran|barreran|trabajaran|laboraran)|este \d+ (?:nadie|todos|salimos|paramos)|vamos a parar",
    ),
    (
        "ongoing",
        1.6,
        r"siguen? sin|van \w+ (?:dias|semanas|horas)|por (?:primer|segundo|tercer|cuarto|quinto|sexto|decimo) dia|(?:empezo|comenzo|arranco|se inicio) (?:a las|esta|este|hoy|desde)|por segundo dia consecutivo|no (?:quieren|dejan) (?:abrir|pasar|dejar)|se niegan a|aguardan|a la espera de",
    ),
    # denied and called off
    (
        "suspended",
        2.8,
        rf"no (?:habra|hay|hubo|habria|se dara|se realizara|se llevara a cabo|ira|iran|va|van a|vamos a|realizaran|pararan|haran) {THE}(?:{STRIKE}|parar|paro)|no (?:vamos|van) a parar|no pararan|(?:ningun|ninguna) {WORDS}(?:ira|iran|acatara|parara|pararan) {THE}{STRIKE}",
    ),
    (
        "suspended",
        2.8,
        rf"(?:desm(?:ient|int)\w+|nieg\w+|neg(?:o|aron)|descart(?:a|an|o|aron|ado|ada)|aclar\w+ que no) {THE}{WORDS}{STRIKE}|{STRIKE} (?:\w+ ){{0,4}}(?:descartad[oa]|desmentid[oa])",
    ),
    (
        "suspended",
        2.8,
        rf"(?:cancel|posterg|suspend|suspind|aplaz|anul|reprogram|interrump)\w+ {THE}(?:\w+ )?{STRIKE}|{STRIKE} (?:(?!{MAKES})\w+ ){{0,6}}(?:(?:queda|quedo|fue|fueron|esta|ha sido|sera) )?(?:cancelad|postergad|suspendid|aplazad|reprogramad)[oa]s?|(?:dej|qued)\w+ sin efecto|sin efecto {THE}{STRIKE}|desist\w+ (?:del?|de la|de su|de realizar|de ir)|se baja\w* del? paro",
    ),
    (
        "suspended",
        2.2,
        r"(?:medida|huelga|decision) (?:fue |queda |quedo )?(?:suspendida|postergada) hasta|tregua (?:hasta|por|de)|(?:dan|damos|otorgan|dieron|aceptan|declaran) (?:una )?tregua|cuarto intermedio|levant\w+ temporalmente|(?:decidi\w+|acord\w+) (?:suspender|postergar|aplazar)|(?:strike|stoppage|walkout|protest) (?:was |is |has been )?(?:suspended|postponed|called off)|(?:suspend\w*|postpone\w*|call\w* off) (?:\w+ ){0,3}(?:strike|stoppage|walkout|blockade|protest)|(?:would|will) not (?:go ahead|strike|go on strike)|stand down",
    ),
    (
        "suspended",
        2.4,
        rf"(?:posterg|aplaz|reprogram)\w+ (?:\w+ ){{0,5}}{STRIKE}(?: \w+){{0,2}}(?: (?:previst|programad|convocad|anunciad)[oa]s? (?:para|el|desde)(?: \w+){{0,2}})?|(?:suspend|suspind|cancel)\w+ por \w+ \w+ {THE}{STRIKE}",
    ),
    (
        "suspended",
        2.6,
        rf"(?:dan|dieron|dio|da) marcha atras|(?:queda|quedo|quedan|dejan|dejaron|deja|dejo) en suspenso|(?:ponen|pusieron|hacen|hicieron) (?:en pausa|una pausa|un alto)(?: {THE}{STRIKE})?|en pausa {THE}{STRIKE}|{STRIKE} (?:\w+ ){{0,5}}ya no (?:va|se realizara|se hara|se dara)|ya no (?:va|van|habra|iran|acataran|pararan) {THE}(?:{STRIKE})?|(?:es|resulta) (?:falso|mentira|un bulo|una noticia falsa) (?:\w+ ){{0,3}}{STRIKE}|(?:falso|falsa|fake) {THE}{STRIKE}|no acataran {THE}{STRIKE}|(?:aceptan|aceptaron|acceden|accedieron|acordaron|acuerdan) (?:a )?(?:abrir|liberar|despejar|retirarse|replegarse)|(?:abren|abrieron|liberan) (?:la|las|el) (?:\w+ ){{1,3}}(?:por|durante) (?:\w+ )?(?:dias|horas)|compas de espera|(?:hasta|a la espera de) (?:nuevo aviso|que se instale la mesa)|levantan (?:momentaneamente|por unos dias)|truce|on hold|puts? off|delay(?:s|ed)? (?:the |their )?(?:strike|walkout)",
    ),
    # over
    (
        "ended",
        2.4,
        rf"(?:reabr\w+|rehabilit\w+|desbloque(?:a|an|o|aron)|restablec(?:e|en|io|ieron)|restituy\w+) (?:\w+ ){{0,2}}(?:corredor|via|vias|carretera|panamericana|transito|pase|paso|puente|acceso|servicio)|(?:volv\w+|vuelv\w+|regres\w+) a (?:los |las |sus )?(?:consultorios|hospitales|oficinas|minas|campos|barcos|muelles|calderas|rutas)|(?:balance|saldo|despues|luego) del? {THE}{STRIKE}|(?:tras|despues de|luego de) (?:\w+ ){{1,4}}(?:dias|horas|semanas) de {STRIKE}|(?:vuelve|volvio|retorna|retorno|regresa) la (?:calma|tranquilidad|normalidad)|{STRIKE} (?:\w+ ){{0,2}}(?:dejo|deja|dejaron) (?:\w+ ){{0,4}}(?:muert\w+|herid\w+|perdid\w+|detenid\w+|fallecid\w+|daños|saldo|un|una)|(?:acto|protesta|marcha|planton|medida|jornada|manifestacion) (?:\w+ ){{0,3}}(?:termino|concluyo|culmino|finalizo|acabo) |(?:termino|final) de la (?:marcha|caminata|movilizacion|jornada|protesta)|se (?:retiraron|dispersaron|disolvio|dispersaron) |recogen sus carpas|resum(?:e|ed|es) (?:work|classes|service|operations)|reopen(?:s|ed)? (?:the )?(?:road|highway|mine|port)",
    ),
    (
        "ended",
        1.6,
        r"(?:volver|vuelv|volvi|regres|retom|reanud|retorn)\w+ (?:a )?(?:las |los |sus |la |el )?(?:aulas|labores|trabajo|puestos|rutas|clases|atencion|faenas|operaciones|trabajar)|return(?:ed|ing)? to work|classes resume|back to work",
    ),
    (
        "ended",
        2.6,
        rf"(?:levant(?:a|an|o|aron|ado|ada)|depus\w+|depon(?:e|en)|conclu(?:ye|yen|yo|yeron)|finaliz(?:a|an|o|aron|ado|ada)|culmin(?:a|an|o|aron)|termin(?:a|an|o|aron)|acab(?:a|an|o|aron)) {THE}{WORDS}{STRIKE}|{STRIKE} (?:\w+ ){{0,6}}(?:(?:fue|fueron|es|queda|ha sido) )?(?:levantad[oa]s?|depuest[oa]s?|termino|culmino|finalizo|concluyo|acabo|llego a su fin)|se (?:acabo|levanto|levanta|levantaron) {THE}{STRIKE}",
    ),
    (
        "ended",
        2.6,
        rf"(?:puso|pusieron|ponen|pone|poner) fin|fin (?:al|del|de la) {STRIKE}|tras el paro|tras (?:\w+ ){{1,3}}de {STRIKE}|cumplieron (?:un|el|la|su) {STRIKE}|concluida {THE}{STRIKE}|liber(?:an|aron|o) (?:la|el|las)|despej(?:an|aron|o|ada|aba\w*) (?:la|el|las|los)|(?:strike|stoppage|walkout|blockade) (?:ended|ends|is over|was lifted)|end(?:s|ed)? (?:\w+ ){{0,5}}(?:strike|stoppage|walkout|blockade)|lift(?:s|ed)? (?:\w+ ){{0,4}}(?:strike|stoppage|blockade|protest)|lifted (?:the|their)|reanud\w+ (?:labores|clases|la marcha|la atencion|el servicio|el transito)|(?:recuper\w+|volvio a|vuelve a) la (?:normalidad|calma)|(?:no tuvo|tuvo (?:poco|escaso|bajo|nulo)) acatamiento|fracas(?:o|a) {THE}{STRIKE}|firm(?:an|aron) acta",
    ),
    # spoken of, not called
    (
        "considered",
        2.4,
        rf"(?:estudia\w*|baraja\w*|piensa\w*|sopesa\w*|medita\w*|contempla\w*|plantea\w*|analiza\w*|discut\w+|debat\w+|deliber\w+) (?:\w+ ){{0,3}}(?:{STRIKE}|parar|paralizar|dejar de \w+|bloquear|plegarse|radicalizar)|somet\w+ a (?:votacion|consulta|referendum) (?:\w+ ){{0,2}}{STRIKE}|(?:antes de|podrian?|dispuest\w+ a) (?:\w+ )?(?:ir al? (?:la )?{STRIKE}|paralizar|parar|bloquear|acatar|tomar|dejar de)|(?:da|dan|dieron|daran|ponen|pone|puso|fijan) (?:un )?(?:plazo|ultimatum)|ultimatum|de no (?:haber|tener|recibir|obtener|ser|cumplir\w*|atender\w*|llegar) (?:\w+ ){{1,10}}(?:ir(?:an|emos)|\w+(?:aran|eran|aremos|eremos)) |si (?:en|antes|hasta) (?:\w+ ){{2,6}}no (?:\w+ ){{1,8}}(?:\w+(?:aremos|eremos|iremos|aran|eran|iran)) |(?:weigh|mull|consider)\w* (?:\w+ ){{0,2}}(?:strike|walkout|stoppage)|ultimatum",
    ),
    (
        "considered",
        2.2,
        r"(?:irian|acatarian|realizarian|convocarian|paralizarian|pararian|tomarian|bloquearian|saldrian) |(?:lo )?(?:decidira|decidiran|definira|definiran|evaluara|evaluaran|(?<!pleno )(?<!pleno la )(?<!pleno lo )(?<!congreso )(?<!congreso la )(?:votara|votaran)) (?:\w+ ){0,3}(?:en asamblea|el lunes|el martes|el miercoles|el jueves|el viernes)|will decide|threaten\w* to (?:stop|strike|walk|park|block)",
    ),
    (
        "considered",
        1.9,
        rf"evalua\w* (?:\w+ ){{0,6}}(?:{STRIKE}|parar|acciones)|analiza\w* (?:\w+ ){{0,4}}{STRIKE}|podrian? (?:\w+ )?(?:acatar|convocar|ir|realizar|iniciar|parar|radicalizar|plegarse)|amenaza\w* con (?:un |una |acatar|ir|nuev\w+|iniciar|radicalizar|parar|bloquear|cerrar|tomar|paralizar|{STRIKE})|adviert\w+ (?:con |de |que )(?:un |nuev\w+ |iran |irian |parar\w+ )?(?:{STRIKE}|parar\w*|a )?|advirtieron que (?:iran|pararan|volveran|tomaran)|considera\w* (?:un|una|otro|ir|acatar) |se debate un paro|(?:decidir|definir|votar)\w* (?:\w+ ){{0,6}}(?:si (?:van|acatan|inician|paran)|{STRIKE})|consult\w+ a sus bases|threaten\w* (?:to strike|a strike|to walk|strike)|consider\w* (?:a |another )?strike|(?:could|may|might) (?:go on )?strike",
    ),
    (
        "considered",
        1.6,
        r"(?:si|de) (?:no (?:hay|ven|les|se|cumplen?|reciben|obtienen|son)|el (?:lunes|martes|miercoles|jueves|viernes|gobierno) no|incumplen|lo contrario) (?:\w+ ){0,10}(?:pararemos|paramos|cerrar\w+|iran|iremos|tomar\w+|bloquear\w+|acatar\w+|saldran|radicalizar\w+|convocar\w+|regresamos|volver\w+)",
    ),
    # to come
    (
        "announced",
        1.5,
        rf"(?:ira|iran|van|iremos|vamos) (?:al?|a la) (?:una |un |nueva |nuevo )?{STRIKE}(?: (?:indefinid[oa]|nacional|regional))?|(?:alista|alistan|preparan?|ultiman|organizan|emplaza\w*|fijan?|fijaron) (?:\w+ ){{0,4}}{STRIKE}|(?:se )?(?:suman?|pliegan?|unen?|adhieren?|paran?|marchan?) (?:al? paro )?(?:este |el |manana )(?:proximo )?(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|\d)|(?:este|el|manana) (?:proximo )?(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo) (?:\d+ )?(?:paran?|marchan?|acatan?|habra)|a plegarse|todo listo para|lo que se sabe|(?:hora|ruta|recorrido|punto de concentracion) de la (?:marcha|movilizacion)|cuando sera|llam(?:o|aron|a|an) a (?:concentrarse|movilizarse|marchar|plegarse)",
    ),
    (
        "announced",
        1.3,
        rf"anunci\w+|convoc(?:a|an|o|aron|aran|atoria|ado|ada)|llam(?:a|an|aron|o) a (?:la |una |un )?(?:{STRIKE}|sus bases|parar)|ira(?:n)? (?:al|a la|a un|a una|a) |acatar(?:a|an)|parar(?:a|an) |realizaran|iniciaran|comenzaran|(?:march|protest|bloque|tom|paraliz|cerr|particip|parti|mov?iliz)\w*ran|no (?:abr|circul|atend|sal)\w*ran|se (?:plegaran|sumaran|concentraran|reuniran)|no atenderan|habra {STRIKE}|saldran|ratific\w+|confirm\w+ (?:el|la|que|su)|programa\w+|previst[oa]s?|debia (?:comenzar|iniciar)",
    ),
    (
        "announced",
        1.1,
        r"(?:de|para) (?:este |el )(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|proximo)|sera(?:n)? (?:el|por|de|este)|a partir del?|desde el (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|proximo|\d)|proxim[oa]s?|se alista\w*|preparan|recorrera|announc\w+|called for|calls? (?:for|a|an|\d+)|will (?:strike|stop|walk|hold|go on|march)|plan(?:s|ned)? (?:a|to)|upcoming|starting (?:on )?(?:\w+ )?\d*|next (?:week|month|monday|tuesday|wednesday|thursday|friday)|to know before",
    ),
    # under way
    (
        "ongoing",
        1.1,
        rf"durante la jornada|dej(?:o|aron) de circular|acata(?:n|ba|ban)?|(?:inician?|iniciaron|reinician|comenzaron|empezaron|arranc\w+) {THE}{STRIKE}|(?:lima|ciudad|transporte|region|\w+) amanec\w+|hoy para(?:n)?|esta parado|estan parados|mantiene(?:n)? (?:cerrad\w+|bloquead\w+|tomad\w+|amarrad\w+|la|el|su|sus)|mantenian|tienen cerrad\w+|continua(?:n|ba)?|sigue(?:n)?|prosigue|bloquean|cortan|cierran|impiden|toman|cumplen|llevan|apag(?:an|aron)|pararon|motor apagado|apagado|en curso|en huelga|en pie de lucha|(?:primer|segundo|tercer|cuarto|quinto|sexto|\d+ ?o?) dia|dia \d+|segunda semana|tercera semana|indefinido desde|por \w+ dia consecutivo",
    ),
    (
        "ongoing",
        0.8,
        r"protestan|marchan|paran|se registra(?:n)?|cerrad[ao]s?|has brought|launched|on strike|are striking|striking|enter(?:s|ed) (?:its|their)|struggled to find|disrupts?|blocked|block|empties|stop work|stopped work|parked|walked to work|paraliz(?:a|an|o|aron|ada)|volvieron a las calles|llegaron hasta|desde (?:la medianoche|temprano|las)",
    ),
)
"""Status, weight, and the words (between single spaces) that say it; what matched is read by no later one."""
CUES = tuple((status, factor, re.compile(rf" (?:{pattern}) ")) for status, factor, pattern in _TOLD)
LIKELY = Gate([pattern for _, _, pattern in _TOLD])
"""Which of them a sentence may hold."""
DENIED = re.compile(
    rf" (?:no (?:se )?(?:levant|depon|suspend|suspensi|cesa|posterg|cancel)\w*|(?:rechaz|descart|nieg|neg|refus)\w+ (?:a |to )?{WORDS}(?:suspender|levantar|deponer|postergar|cancelar|call off|end|lift|suspend)"
    rf"|(?:suspend|suspind)\w+ {THE}(?!{STRIKE})\w+ (?:\w+ ){{0,6}}(?=por (?:el |la |un |una )?{STRIKE})"
    rf"|(?:pid|exhort|solicit|invoc|recomend|propon|propus|propond|busc|esper|solucion|resolv|resuelv|asked|urge|exig|exij)\w* {WORDS}(?:levantar|deponer|suspender|desistir|poner fin|lift|end|suspend|call off)|(?:para|propon\w*|busc\w*) (?:\w+ ){{0,4}}(?:poner fin|solucionar|resolver)) "
)
"""What is denied or asked for: none of its words are weighed."""
