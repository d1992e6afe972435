"""What Spanish-language news pages print inside an article that is not the article: cross-links, calls to subscribe, captions, credits.

Rules of the language and of common systems, never of one page. Matching happens on folded text (no accents, lower case).
"""

import re

from core.text import fold

# a paragraph that begins so is a link to another article
_CROSS = (
    r"(?:puedes?|puede|podes) (?:ver|leer|revisar)\b(?: tambien| ademas)?",
    r"(?:lee|lea|leer|leelo|mira|mire|ve|vea|ver|revisa|revise|conoce|conozca|descubre|escucha|escuche|entérate|enterate|sigue leyendo|sigue)"
    r"(?: (?:tambien|mas|ademas|aqui|ahora|la nota|esta nota|la noticia|el video|en vivo))*",
    r"(?:te |le |les |os )?(?:puede|podria|pueden) (?:que te )?(?:interesar|gustar)(?:te|le)?(?: leer| ver)?",
    r"(?:tambien )?(?:te|le|les|os) (?:puede|podria|pueden|podrian|recomendamos|sugerimos|invitamos a)(?: (?:interesar|gustar|leer|ver|tambien))*",
    r"(?:no dejes? de|no te pierdas|no se pierda)(?: (?:leer|ver))?",
    r"(?:mas (?:informacion|noticias|sobre (?:el|este) tema|en)|mas)",
    r"(?:nota|notas|noticia|noticias|articulo|articulos|contenido|contenidos|temas?|enlaces?|lecturas?) (?:relacionad[oa]s?|recomendad[oa]s?|sugerid[oa]s?)",
    r"(?:relacionad[oa]s?|recomendad[oa]s?|recomendamos|ademas|tambien|tambien lee|te recomendamos|le recomendamos|en (?:este|otro) (?:tema|enlace)|video relacionado|ultimas noticias)",
    r"(?:read (?:also|more)|see also|also read|related|you may (?:also )?like|watch|more on this)",
)  # fmt: skip
CROSS_LINK = re.compile(rf"^\W*(?:{'|'.join(_CROSS)})\s*(?:[:|»>→•👉]|[-–—]{{1,2}}\s)", re.I)
# such a label may stand alone, as the head of a list of links
LABEL = re.compile(rf"^\W*(?:{'|'.join(_CROSS)})\W*$", re.I)
_NETWORKS = r"(?:facebook|twitter|x|instagram|google(?: (?:news|noticias|discover))?|whatsapp|telegram|tiktok|youtube|threads|redes(?: sociales)?)"
CALLS = re.compile(
    r"^\W*(?:"
    r"(?:suscribete|suscribase|suscribirse|subscribete|registrate (?:gratis|aqui|en|y)|inscribete aqui|unete (?:a|aqui|desde)|unase a|siguenos|siganos|seguinos)\b|"
    rf"sigue(?:nos)? (?:nuestr[oa]s? |a .{{2,40}} )?en (?:las |nuestras )?{_NETWORKS}\b|"
    r"descarga (?:nuestra|gratis|la app|la aplicacion|aqui)|(?:recibe|reciba) (?:nuestr[oa]s?|las (?:ultimas )?noticias|las ultimas|en tu|gratis|lo mejor)|"
    r"activa (?:las|nuestras) notificaciones|(?:haz|haga|hace) clic|(?:click|clic) aqui|ingresa aqui|hazte (?:miembro|socio|suscriptor)|anunciese|"
    rf"(?:comparte|compartir|compartelo)(?: (?:esta|este) (?:nota|noticia|articulo|contenido)| en {_NETWORKS})|(?:compartir|comentar|imprimir|guardar|escuchar|seguir)\W*$|"
    r"deja(?:nos)? (?:tu|un|una) (?:comentario|respuesta|opinion|correo|email)|\d*\s*comentarios?\W*(?:\(\d+\))?$|para comentar debes?|inicia(?:r)? sesion\b.{0,60}$|"
    r"tu direccion de correo electronico no sera|los campos (?:obligatorios|necesarios) estan|valora esta (?:noticia|nota)|"
    r"(?:en )?nuestro canal de|ya sabias que en .{1,40} tenemos canal|mira lo que tiene nuestro canal|estamos en (?:whatsapp|telegram|google)|"
    r"hacemos periodismo desde|apoya (?:al|el|nuestro) periodismo|si (?:te gusto (?:esta|este)|llegaste hasta aqui|(?:quieres|desea) recibir)|(?:newsletter|boletin(?:es)?)(?: (?:de noticias|diario|semanal|informativo))?\W*$|"
    r"todos los derechos reservados|derechos reservados|copyright\b|©|prohibida (?:su|la) reproduccion|queda (?:terminantemente )?prohibid[ao] (?:su|la) reproduccion|este sitio esta protegido|"
    r"escucha (?:esta|la|el) (?:nota|noticia|articulo)|(?:tags?|etiquetas?|temas?|palabras clave|keywords)\s*:|(?:temas|etiquetas) relacionad[oa]s|tiempo (?:estimado )?de lectura|\d+ min(?:utos)? de lectura|"
    r"(?:publicidad|advertisement)\W*$|(?:continuar|seguir) leyendo\W*$|cargando\W*$|ver (?:mas|todo|todos|todas|comentarios|galeria)\W*$|(?:sobre (?:el|la) autora?|acerca del autor|otras noticias)\W*$|"
    r"conforme a (?:los )?criterios|mas informacion (?:en|deportiva en)\b.{0,40}$|(?:lo )?mas (?:leid[oa]s?|vist[oa]s?)\W*$|lo mas nuevo\W*$|volver arriba|enviar por (?:correo|email|whatsapp)"
    r")",
    re.I,
)  # fmt: skip
CREDIT = re.compile(
    r"^\W*(?:(?:foto(?:grafia)?s?|imagen(?:es)?|video|infografia|ilustracion|fuente|captura|credito|cortesia|photo|image|composicion|con informacion de|edicion|texto)\s*[:/|©]"
    r"|(?:foto|imagen|photo)\s+(?:de|por|by)\s|\((?:foto|imagen|video|andina|efe|afp|reuters|getty)\b)[^.]{0,160}\.?\)?$",
    re.I,
)  # fmt: skip
FOOTERS = re.compile(
    r"^\W*(?:the post|la entrada|el articulo|el post)\s.{1,300}?\s(?:appeared first on|se publico primero en|aparecio primero en)\b",
    re.I,
)
CAPTION_CREDIT = re.compile(
    r"(?:\((?:foto|fotos|imagen|video|captura|crédito|composición|andina|efe|afp|ap|reuters|getty|archivo|gec|shutterstock|istock)\b[^)]{0,80}\)"
    r"|(?:foto|imagen|fotografía|crédito|créditos|cortesía|fuente)\s*:\s*[^.]{2,60}|/\s*(?:EFE|AFP|AP|Reuters|Getty Images|Archivo)|\|\s*(?:Foto|Fuente|Crédito)s?:.{0,60})\.?\s*$",
    re.I,
)


def is_boilerplate(line: str) -> bool:
    """Whether a whole line (a paragraph as printed) is no part of the article."""
    plain = fold(" ".join(line.split()))
    if not any(char.isalnum() for char in plain):
        return True
    if CROSS_LINK.match(plain) and len(plain) <= 300:
        return True
    if LABEL.match(plain) or FOOTERS.match(plain):
        return True
    if CALLS.match(plain) and len(plain) <= 260:
        return True
    return bool(CREDIT.match(plain)) and len(plain) <= 180


def is_caption(line: str) -> bool:
    """Whether a short line ends in a photograph's credit."""
    return len(line) <= 320 and bool(CAPTION_CREDIT.search(line)) and not line.rstrip().endswith(('"', "”", "»"))


def trim_footer(text: str) -> str:
    """Without the "appeared first on" line of a syndicated copy."""
    kept = [line for line in text.split("\n") if not FOOTERS.match(fold(line))]
    return "\n".join(kept)
