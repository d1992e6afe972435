"""One file per outlet: facts with their evidence, and at most a few overrides. The file's name is the source's slug.

Nothing here was probed by the project: the evidence is public records of others. Its grades are written in each file's
first line and decide the status: **V**, a dated record shows the route yielding (`verified`: crawled); **U**, it stands in
real code or configuration, and **G**, it is a pattern of its system or an untested list (both `probation`: crawled, and
promoted when they prove themselves); **X**, dead, refused or without any route (`listed`: never crawled).

`items_a_day` of the national papers is their mean over 208 days of collected headlines (2020-12 to 2021-06); of all others
it is an estimate, which only says how long a silence may last before polling has taught better. No terms of use and no
robots.txt of an outlet is on record: `licence` and `terms_reviewed` are empty until somebody reads them.

Not here, because no address is evidenced: Noticias SER, El Pueblo (Arequipa), Macronorte, Pachamama Radio, El Popular.
"""
