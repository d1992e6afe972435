"""The interface for programs, /api/v1, described at /api/v1/openapi.json; the same answers as the pages' data forms."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request

from web import answers, schemas, told
from web.problems import NotFoundError
from web.question import MOST_BACKGROUND, MOST_IN_DATA, MOST_TOP
from web.visit import Visit

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": schemas.Problem, "description": reason}
    for status, reason in ((400, "A parameter or query that cannot be used"), (401, "A token is needed"), (503, "The index or store does not answer now"))
}  # fmt: skip
NONE: dict[int | str, dict[str, Any]] = {404: {"model": schemas.Problem, "description": "Nothing has that identifier"}}
router = APIRouter(prefix="/api/v1", responses=PROBLEMS)
Many = Annotated[list[str], Query()]


def asked(
    request: Request,
    q: Annotated[list[str], Query(description="The query; empty is everything. Trends take several.")] = [],  # noqa: B006
    from_: Annotated[str, Query(alias="from", description="First day in Lima, YYYY-MM-DD or YYYY-MM")] = "",
    to: Annotated[str, Query(description="Last day in Lima, included")] = "",
    topic: Many = [],  # noqa: B006
    subtype: Many = [],  # noqa: B006
    sector: Many = [],  # noqa: B006
    place: Many = [],  # noqa: B006
    source: Many = [],  # noqa: B006
    language: Many = [],  # noqa: B006
    kind: Many = [],  # noqa: B006
    lang: Annotated[Literal["es", "en", ""], Query(description="Language of messages")] = "",
) -> Visit:
    """The visit behind the parameters that every question has; `Visit.of` reads and checks them."""
    return Visit.of(request, most=MOST_IN_DATA)


def paged(
    request: Request,
    visit: Annotated[Visit, Depends(asked)],
    sort: Literal["date", "relevance"] = "date",
    limit: Annotated[int, Query(ge=1, le=MOST_IN_DATA)] = 20,
    page: Annotated[int, Query(ge=1)] = 1,
    stories: Annotated[bool, Query(description="One document for each story; the total counts stories")] = False,
) -> Visit:
    """The same with paging."""
    return visit


def listed(
    request: Request, limit: Annotated[int, Query(ge=1, le=MOST_IN_DATA)] = 20, page: Annotated[int, Query(ge=1)] = 1
) -> Visit:  # fmt: skip
    """Paging alone."""
    return Visit.of(request, most=MOST_IN_DATA)


def counted(
    request: Request,
    visit: Annotated[Visit, Depends(asked)],
    by: Literal["day", "week", "month"] = "day",
    group: Literal["topic", "subtype", "sector", "place", "department", "source"] | None = None,
    top: Annotated[int | None, Query(ge=1, le=MOST_TOP, description="Only the largest groups of each query")] = None,
    share: bool = False,
    stories: bool = False,
    panel: Annotated[
        bool, Query(description="Only sources that have something in every seven days of the whole time")
    ] = False,
) -> Visit:
    """The same with what trends take."""
    return visit


def by_period(
    request: Request, visit: Annotated[Visit, Depends(asked)], by: Literal["day", "week", "month"] = "day"
) -> Visit:  # fmt: skip
    """The same with a period."""
    return visit


def against(
    request: Request,
    visit: Annotated[Visit, Depends(asked)],
    background: Annotated[
        int | None, Query(ge=1, le=MOST_BACKGROUND, description="How many days before are held against the window")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=300)] = 20,
) -> Visit:
    """The same with what trending terms take."""
    return visit


@router.get("/search", response_model=schemas.SearchAnswer, summary="Search documents")
def search(visit: Annotated[Visit, Depends(paged)]) -> Any:
    """A page of documents, newest first unless asked otherwise, with exact counts by facet."""
    found = answers.search(visit.desk, visit.question)
    return answers.search_json(
        visit.question, found, answers.facets(visit.desk, visit.question), with_text=visit.with_text
    )


@router.get("/trends", response_model=schemas.TrendsAnswer, summary="Count documents by period")
def trends(visit: Annotated[Visit, Depends(counted)]) -> Any:
    """A row for every period of every query (and group), empty ones too."""
    found = answers.trends(visit.desk, visit.question)
    return {"rows": found.rows, "undated": found.undated, "panel": found.panel}


@router.get("/spikes", response_model=schemas.SpikesAnswer, summary="Sudden rises, with their evidence")
def spikes(visit: Annotated[Visit, Depends(by_period)]) -> Any:
    """Periods with far more documents than usual, from at least two sources. `from` and `to` say which are told."""
    return {"rows": answers.spikes(visit.desk, visit.question)}


@router.get("/changes", response_model=schemas.ChangesAnswer, summary="Changes of level")
def changes(visit: Annotated[Visit, Depends(by_period)]) -> Any:
    """From when on a query was written about more, or less, for good."""
    return {"rows": answers.changes(visit.desk, visit.question)}


@router.get("/terms", response_model=schemas.TermsAnswer, summary="Trending terms")
def terms(visit: Annotated[Visit, Depends(against)]) -> Any:
    """Words and names far more frequent from `from` to `to` than in the days before, by log-likelihood."""
    return {"rows": answers.terms(visit.desk, visit.question, visit.question.limit)}


@router.get("/documents/{id}", response_model=schemas.Document, responses=NONE, summary="A document")
def document(request: Request, id: str) -> Any:
    """A document with its tags, translation and story."""
    visit = Visit.of(request)
    found = told.document(visit.desk, id)
    if found is None:
        raise NotFoundError("No document has that identifier.")
    return found.record.masked().to_json(with_text=visit.with_text(found.record))


@router.get(
    "/documents/{id}/similar", response_model=schemas.SimilarAnswer, responses=NONE, summary="Similar documents"
)
def similar(request: Request, id: str, limit: Annotated[int, Query(ge=1, le=100)] = 10) -> Any:
    """The documents nearest to this one by their telling words, each with its `similarity` (0 to 1)."""
    visit = Visit.of(request)
    found = told.document(visit.desk, id)
    if found is None:
        raise NotFoundError("No document has that identifier.")
    near = answers.similar(visit.desk, found.record, limit)
    return {
        "documents": [
            record.masked().to_json(with_text=visit.with_text(record)) | {"similarity": score} for record, score in near
        ]
    }


@router.get("/stories", response_model=schemas.StoriesAnswer, summary="The latest stories of several documents")
def stories(visit: Annotated[Visit, Depends(listed)]) -> Any:
    """Stories that more than one document tells, the latest news first, with their outlets."""
    return {"stories": told.stories(visit.desk, visit.question)}


@router.get("/stories/{id}", response_model=schemas.StoryAnswer, responses=NONE, summary="A story")
def story(request: Request, id: str) -> Any:
    """A story with its documents, oldest first."""
    visit = Visit.of(request)
    found = told.story(visit.desk, id)
    if found is None:
        raise NotFoundError("No story has that identifier.")
    return told.story_json(found, with_text=visit.with_text)


@router.get("/sources", response_model=schemas.SourcesAnswer, summary="Sources and their state")
def sources(request: Request) -> Any:
    """Every source: of the catalog, polled, or only found in imported documents."""
    return {"sources": told.sources(Visit.of(request).desk)}


@router.get("/runs", response_model=schemas.RunsAnswer, summary="The latest jobs")
def runs(request: Request) -> Any:
    """The latest jobs with their receipts, newest first."""
    return {"runs": told.runs(Visit.of(request).desk, 200)}
