"""What Spanish-language news pages print inside an article that is not the article: cross-links, calls to subscribe, captions, credits.

Rules of the language and of common systems, never of one page. Matching happens on folded text (no accents, lower case).
"""

import re

from core.text import fold

_VERBS = r"(?:lee|lea|leer|leelo|lean|mira|mire|miren|ve|vea|vean|ver|revisa|revise|conoce|conozca|descubre|descubra|escucha|escuche|enterate|enterese|sigue|siga|segui)"
_THINGS = r"(?:notas?|noticias?|articulos?|contenidos?|temas?|enlaces?|lecturas?|historias?|videos?|informacion(?:es)?)"
# what a cross-link begins with, told by several words together
_CLEAR = (
    r"(?:tambien )?(?:puedes?|pueden|podes|podeis) (?:ver|leer|revisar|escuchar)\b(?: tambien| ademas)?",
    rf"(?:no dejes? de )?{_VERBS}(?: (?:tambien|mas|ademas|aqui|ahora|leyendo|la nota|esta nota|la noticia|el video|en vivo))+",
    r"(?:te |le |les |os )?(?:puede|podria|pueden|podrian) (?:que te )?(?:interesar|gustar)(?:te|le|les)?(?: leer| ver)?",
    r"(?:tambien )?(?:te|le|les|os) (?:puede|podria|pueden|podrian|recomendamos|sugerimos|invitamos a)(?: (?:interesar|gustar|leer|ver|tambien))*",
    r"(?:no te pierdas|no se pierda|no te lo pierdas|quizas? (?:te|le|les|os) (?:interese|interesa|guste)|tal vez (?:te|le) interese)",
    r"(?:para|por si quieres|si quieres) (?:saber|leer) mas|mas (?:informacion|noticias|detalles|sobre (?:el|este) tema)|tambien (?:lee|lea|mira|vea|ver|en)|ademas (?:lee|lea|mira|vea)",
    rf"(?:otras|mas) {_THINGS}|{_THINGS} (?:relacionad[oa]s?|recomendad[oa]s?|sugerid[oa]s?|vinculad[oa]s?)|(?:ir|vaya|ve) a la (?:nota|noticia)|mas en \w+|en (?:este|otro) (?:tema|enlace)|ultimas noticias",
    r"(?:read (?:also|more)|see also|also read|you may (?:also )?like|more on this)",
)  # fmt: skip
# words that begin sentences as well: a label only in capitals, or where what follows is a link
_VAGUE = (
    _VERBS,
    r"mas|ademas|tambien|relacionad[oa]s?|recomendad[oa]s?|recomendamos|de interes|related|watch|video|en vivo",
)
_BEFORE = r"^[^\w\"“«'‘—]*"
"""Signs before a label; not the quotation mark or dash of somebody who speaks."""
_BEHIND = r"\s*(?:[:|»>→•👉]|[-–—]{1,2}\s)"
CROSS_LINK = re.compile(rf"{_BEFORE}(?:{'|'.join(_CLEAR)}){_BEHIND}")
SHOUTED = re.compile(rf"{_BEFORE}(?:{'|'.join(_VAGUE)}){_BEHIND}")
BEGINS_CROSS = re.compile(rf"{_BEFORE}(?:{'|'.join((*_CLEAR, *_VAGUE))})\b")
# such a label may stand alone, as the head of a list of links
LABEL = re.compile(rf"^\W*(?:{'|'.join((*_CLEAR, *_VAGUE))})\W*$")
_NETWORKS = r"(?:facebook|twitter|x|instagram|google(?: (?:news|noticias|discover))?|whatsapp|telegram|tiktok|youtube|threads|redes(?: sociales)?)"
_INBOX = r"correo|email|e-mail|bandeja|celular|telefono|whatsapp|mail|inbox"
_SENT = r"(?:.{0,30} )?(?:noticias|alertas|notas|boletin(?:es)?|contenidos?|resumen|titulares|novedades|informacion)"
"""What a paper sends to `su celular`: threats come there too, and are news."""
_OURS = r"nuestr[oa]s? (?:seccion|web|pagina|portal|sitio|canal|podcast|programa|redes|edicion|cuenta|perfil|comunidad|app|aplicacion|facebook|instagram|whatsapp|youtube)\w*"
_CALLS = (
    r"(?:suscribete|suscribite|suscribase|suscribanse|subscribete|siguenos|siganos|seguinos|apuntate|apuntese|anunciese)\b",
    r"registrate (?:gratis|aqui|en|y)\b|registrate\b.{0,40}(?:gratis|boletin|newsletter)|inscribete aqui|hazte (?:miembro|socio|suscriptor)",
    rf"(?:unete|unite|unase|sumate|sumese) (?:aqui|desde|(?:a|en) (?:nuestr[oa]s?|(?:el|la|los) (?:canal|grupo|comunidad|conversacion)|{_NETWORKS}))\b",
    rf"sigue(?:nos)? (?:nuestr[oa]s? |a .{{2,40}} )?en (?:las |nuestras )?{_NETWORKS}\b|(?:en )?nuestro canal de {_NETWORKS}|estamos en {_NETWORKS}\b",
    rf"(?:recibe|reciba|recibi|recibir) (?:nuestr[oa]s?|(?:todas )?las (?:ultimas )?noticias|lo ultimo|lo mejor|gratis|.{{0,60}}en tu (?:{_INBOX})|{_SENT}.{{0,50}}en su (?:{_INBOX}))|quiero (?:recibirlo|suscribirme)",
    r"descarga (?:nuestra|gratis|la app|la aplicacion|aqui)|activa (?:las|nuestras) notificaciones|(?:haz|haga|hace) clic|(?:click|clic) aqui|ingresa aqui|(?:ingresa|ingresar|entrar)\W*$",
    r"este contenido (?:es )?(?:exclusivo|solo) para|contenido (?:exclusivo|solo) para (?:(?:nuestr[oa]s|los|las) )?(?:suscriptor|socio|miembro|usuario|lector|registrad|clientes)|(?:ya eres|aun no eres|si ya eres|si aun no eres) (?:suscriptor|socio)|si ya (?:tenes|tienes|eres|tiene) .{0,30}(?:cuenta|suscriptor)|inicia(?:r)? sesion\b(?! (?:(?:extra)?ordinaria|solemne|plenaria|de|del|el|en|sin)\b).{0,60}$",
    r"(?:tu|su|este) navegador no (?:soporta|es compatible|admite)|your browser does not support|reproducir(?: (?:el )?(?:audio|video|nota)| [\d.x ]+)?\W*$|escucha (?:esta|la|el) (?:nota|noticia|articulo)\b.{0,20}$|cargando\W*$",
    rf"(?:comparte|comparti|compartir|compartelo)(?: (?:esta|este) (?:nota|noticia|articulo|contenido)| en {_NETWORKS}\b.{{0,40}}$)|(?:compartir|comentar|imprimir|guardar|escuchar|seguir)\W*$|enviar por (?:correo|email|whatsapp)\b.{{0,30}}$",
    r"deja(?:nos)? (?:tu|un|una) (?:comentario|respuesta|opinion|correo|email)|\d*\s*comentarios?\W*(?:\(\d+\))?$|para comentar debes?|tu direccion de correo electronico no sera|los campos (?:obligatorios|necesarios) estan",
    r"valora esta (?:noticia|nota)|ya sabias que en .{1,40} tenemos canal|mira lo que tiene nuestro canal|si (?:te gusto (?:esta|este)|llegaste hasta aqui|(?:quieres|desea) recibir)",
    r"hacemos periodismo desde|apoya (?:al|el|nuestro) periodismo|nuestro periodismo depende|(?:newsletter|boletin(?:es)?)(?: (?:de noticias|diario|semanal|informativo))?\W*$",
    r"todos los derechos reservados|derechos reservados|copyright\b|©|prohibida (?:su|la) reproduccion|queda (?:terminantemente )?prohibid[ao] (?:su|la) reproduccion|este sitio esta protegido",
    r"tiempo (?:estimado )?de lectura|\d+ min(?:utos)? de lectura|(?:publicidad|anuncios?|advertisement)\W*$",
    r"(?:continuar|seguir|segui|sigue) leyendo\W*$|ver (?:mas|todo|todos|todas|comentarios|galeria)\W*$|(?:sobre (?:el|la) autora?|acerca del autor)\W*$|mas informacion (?:en|deportiva en)\b.{0,40}$",
    r"conforme a (?:los )?criterios de (?:the )?trust|(?:lo )?mas (?:leid[oa]s?|vist[oa]s?)\W*$|lo mas nuevo\W*$|volver arriba|(?:anterior|siguiente)\W*$",
    r"(?:autor|autora|fecha|publicado|publicacion|author|publish date|published)\s*:\W*$|(?:sign up for|subscribe to our|follow us on|join our)\b",
    r"(?:no (?:te )?olvides(?: de)?|recuerda(?: que puedes)?|(?:tambien )?(?:puedes|pueden|podes)) (?:seguirnos|encontrarnos|escucharnos|suscribirte|unirte a nuestr[oa]s?|dejarnos)\b|(?:buscanos|encuentranos|leenos|escuchanos) en\b",
    rf"(?:visita|visite|entra (?:a|en)|entre (?:a|en)|ingresa (?:a|en)|ingrese (?:a|en)|revisa|escucha|mira|descubre|explora|unete a|encuentra (?:mas|esta|todas?) .{{0,30}}en) {_OURS}|escucha (?:el|este) (?:podcast|episodio|audio)\b.{{0,20}}$",
    rf"(?:mantente|mantengase) (?:informad[oa]|al (?:dia|tanto)|conectad[oa]|actualizad[oa])|enterate de (?:mas|todo|lo ultimo|las ultimas)\b|(?:si )?(?:quieres|deseas) (?:recibir|suscribirte|estar (?:informad[oa]|al (?:dia|tanto)))\b|ya estamos en {_NETWORKS}\b",
    r"para (?:seguir|continuar) leyendo\b|(?:ya |aun no |todavia no )tienes (?:una )?(?:cuenta|suscripcion)\b.{0,60}$|para mas (?:informacion|noticias|detalles),? (?:visita|ingresa|entra|siguenos|consulta|revisa|haz)\b|si te intereso (?:esta|este|la)\b",
)  # fmt: skip
CALLS = re.compile(rf"^\W*(?:{'|'.join(_CALLS)})")
TAGS = re.compile(
    r"^\W*(?:(?:tags?|etiquetas?|temas?|palabras clave|keywords)\s*:|(?:temas|etiquetas) relacionad[oa]s|(?:articulo|noticia|nota|entrada) (?:anterior|siguiente)\b)"
)
"""What stands before a list of words or another article's headline, and before a sentence too: `Tags: así llaman a las pintas.`"""
_PICTURE = "foto(?:grafia)?s?|imagen(?:es)?|infografia|ilustracion|photo|image|composicion"
_MEDIA = f"{_PICTURE}|video|captura|credito|cortesia"
CREDIT = re.compile(
    rf"^[^\w(]*(?:{_PICTURE})\s*[:/|©][^.]{{0,160}}\.?$"
    rf"|^\((?:{_MEDIA}|andina|efe|afp|reuters|getty)\b[^)]{{0,120}}\)\.?$"
)
_SIGNED_BY = re.compile(r"^[^\w(]*(?i:foto|imagen|photo)\s+(?i:por|by)\s+[A-ZÁÉÍÓÚÑ][^.]{0,80}\.?$")
_CREDITED = re.compile(
    r"^[^\w(]*(?:(?:video|captura(?: de (?:pantalla|video))?|cr[eé]ditos?|cortes[ií]a|fuente|con informaci[oó]n de|edici[oó]n|texto)\s*[:/|©]|con informaci[oó]n de\s(?=(?:la |el )?(?-i:[A-ZÁÉÍÓÚÑ])))([^.]{0,160})\.?$",
    re.I,
)
_SMALL_WORDS = 4
"""Small words that a credit may have: `Captura de pantalla: canal de la región` is one, `Captura: la policía detuvo a dos` a sentence."""
_TOLD = re.compile(
    r"\b(?:dijo|dijeron|decían?|contó|contaron|relató|relataron|señaló|señalaron|indicó|indicaron|advirtió|advirtieron|ordenó|ordenaron|pidió|pidieron|"
    r"exigió|exigieron|denunció|denunciaron|escribió|escribieron|gritó|gritaron|respondió|respondieron|afirmó|afirmaron|aseguró|aseguraron|explicó|explicaron|"
    r"precisó|sostuvo|sostuvieron|agregó|añadió|anunció|anunciaron|amenazó|amenazaron|leía|rezaba|según (?:el|la|los|las|un|una)|"
    r"(?:dice|cuenta|relata|señala|indica|advierte|afirma|asegura|explica|precisa|pide|ordena|reclama) (?:el|la|los|las|un|una))\b",
    re.I,
)
"""Somebody tells something: a sentence of the article, though it begins as a call to the reader does."""
_QUOTES = ('"', "“", "«", "‘", "'")
"""What opens somebody's words: a threat commands as a call does."""
FOOTERS = re.compile(
    r"^\W*(?:the post|la entrada|el articulo|el post)\s.{1,300}?\s(?:appeared first on|se publico primero en|aparecio primero en)\b"
)
CAPTION_CREDIT = re.compile(
    r"(?:\((?:foto|fotos|fotografía|imagen|imágenes|video|captura|crédito|composición|getty|gec|shutterstock|istock)\b[^)]{0,80}\)"
    r"|(?:^|[.|(–/-]\s*)(?:foto|fotos|imagen|fotografía|crédito|créditos|cortesía)\s*:\s*[^.]{2,60}|/\s*(?:EFE|AFP|AP|Reuters|Getty Images|Archivo)|\|\s*(?:Foto|Fuente|Crédito)s?:.{0,60})\.?\s*$",
    re.I,
)
"""A photograph's credit at the end of a line. An agency's name in brackets is none: agencies end their stories with it."""


_WALL = re.compile(
    r"(?:contenido|nota|articulo|noticia|informacion)(?: es)? (?:exclusiv[oa]|solo) para (?:(?:nuestr[oa]s|los|las) )?(?:suscriptor|soci)"
    r"|para (?:seguir|continuar) leyendo\W{1,3}(?:suscribete|hazte|inicia)|(?:suscribete|hazte (?:socio|suscriptor)) para (?:seguir|continuar) leyendo"
    r"|ya eres (?:suscriptor|soci[oa])"
)


def is_wall(line: str) -> bool:
    """Whether a line under a text says that the rest is for who pays."""
    return len(line) <= 260 and bool(_WALL.search(fold(line)))


# an address, an account or a hidden mail address alone on its line; a label that points elsewhere
_ADDRESS = re.compile(
    r"\W*(?:https?://\S+|www\.\S+|\S+@\S+\.\w+|@\w+|\[email[\s\xa0]protected\]|pic\.twitter\.com/\w+)\W*"
)
_ARROW = re.compile(r"[^«.]{1,50}\s[»›→▶►]\W*$")


def is_boilerplate(line: str) -> bool:
    """Whether a whole line (a paragraph as printed) is no part of the article."""
    line = " ".join(line.split())
    plain = fold(line)  # one character for one
    if not any(char.isalpha() for char in plain) and len(plain) <= 12:
        return True
    if _ADDRESS.fullmatch(plain) or _ARROW.match(line):
        return True
    if len(plain) <= 300 and (
        ((label := CROSS_LINK.match(plain)) and not _goes_on(line[label.end() :]))
        or ((label := SHOUTED.match(plain)) and line[: label.end()].isupper() and not _goes_on(line[label.end() :]))
    ):
        return True
    if LABEL.match(plain) or FOOTERS.match(plain):
        return True
    called = len(plain) <= 260 and (
        CALLS.match(plain) or ((label := TAGS.match(plain)) and not _is_said(line[label.end() :]))
    )
    credited = len(plain) <= 180 and _is_credit(line, plain)
    if not called and not credited:
        return False
    if _TOLD.search(line) or line.lstrip()[:1] in _QUOTES:  # asked last: it reads the whole line
        return credited and bool(CREDIT.match(plain))
    return True


def _goes_on(rest: str) -> bool:
    """Whether what follows a label is the rest of a sentence (`Más detalles: los dos huyeron a pie.`), not a headline."""
    rest = rest.strip()
    return rest.endswith((".", "!", "?")) and rest[:1].islower() and len(rest.split()) >= 6


def _is_said(rest: str) -> bool:
    """Whether what follows a label is a sentence, not a list of words (`Extorsión, Lima, Policía Nacional.`) or a headline."""
    if not rest.rstrip().endswith((".", "!", "?")):
        return False
    pieces = [piece.split() for piece in rest.split(",")]
    return any(len(words) >= 6 and 2 * sum(word.islower() for word in words) > len(words) for words in pieces)


def _is_credit(line: str, plain: str) -> bool:
    """Whether a line names who made a picture, or where a text is from: names, hardly any other words, nothing quoted."""
    if CREDIT.match(plain) or _SIGNED_BY.match(line):
        return True
    told = _CREDITED.match(line)
    if told is None or re.search(r"[\"“«¡¿]", told[1]):
        return False
    return len(re.findall(r"(?<!\w)[a-záéíóúñ]+", told[1])) <= _SMALL_WORDS


def begins_as_cross_link(line: str) -> bool:
    """Whether a line begins like a cross-link without its colon (`Lee también Otra nota`): one only if the rest is a link."""
    return bool(BEGINS_CROSS.match(fold(line)))


_SIGN_OFF = re.compile(
    r"^\W*\(?\s*(?:fin|end)\s*\)?(?:\W+[A-ZÁÉÍÓÚÑ]{2,4})*\W*(?:\d{1,2}/\d{1,2}/\d{2,4})?\W*$|^\(?(?:[A-ZÑ]{2,4}(?:\s?[/\-]\s?[A-ZÑa-zñ]{2,4})+|(?:[A-ZÑ]\.\s?){2,5})\)?$",
    re.I,
)


def is_sign_off(line: str) -> bool:
    """Whether a last line is an agency's end mark or a desk's initials: `(FIN) RQL/TRP`, `R.Q.L.`."""
    return (
        len(line) <= 40
        and bool(_SIGN_OFF.match(line))
        and (line.upper() == line or line.lower().lstrip(" (").startswith("fin"))
    )


def is_caption(line: str) -> bool:
    """Whether a short line ends in a photograph's credit."""
    if len(line) > 320 or not CAPTION_CREDIT.search(line) or line.rstrip().endswith(('"', "”", "»")):
        return False
    return not _CREDITED.match(line) or _is_credit(line, fold(line))
