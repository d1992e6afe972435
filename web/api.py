"""The interface for programs, /api/v1, described at /api/v1/openapi.json; the same answers as the pages' data forms."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request

from web import answers, schemas, told
from web.problems import NotFoundError
from web.question import MOST_IN_DATA
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
    sector: Many = [],  # noqa: B006
    place: Many = [],  # noqa: B006
    source: Many = [],  # noqa: B006
    language: Many = [],  # noqa: B006
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


def counted(
    request: Request,
    visit: Annotated[Visit, Depends(asked)],
    by: Literal["day", "week", "month"] = "day",
    group: Literal["topic", "sector", "place", "source"] | None = None,
    share: bool = False,
    stories: bool = False,
) -> Visit:
    """The same with what trends take."""
    return visit


@router.get("/search", response_model=schemas.SearchAnswer, summary="Search documents")
def search(visit: Annotated[Visit, Depends(paged)]) -> Any:
    """A page of documents, newest first unless asked otherwise, with exact counts by facet."""
    found = answers.search(visit.desk, visit.question)
    return answers.search_json(visit.question, found, answers.facets(visit.desk, visit.question), with_text=visit.local)


@router.get("/trends", response_model=schemas.TrendsAnswer, summary="Count documents by period")
def trends(visit: Annotated[Visit, Depends(counted)]) -> Any:
    """A row for every period of every query (and group), empty ones too."""
    rows, undated = answers.trends(visit.desk, visit.question)
    return {"rows": rows, "undated": undated}


@router.get("/documents/{id}", response_model=schemas.Document, responses=NONE, summary="A document")
def document(request: Request, id: str) -> Any:
    """A document with its tags, translation and story."""
    visit = Visit.of(request)
    found = told.document(visit.desk, id)
    if found is None:
        raise NotFoundError(visit.words.t("error.doc"))
    return found.record.masked().to_json(with_text=visit.local)


@router.get("/stories/{id}", response_model=schemas.StoryAnswer, responses=NONE, summary="A story")
def story(request: Request, id: str) -> Any:
    """A story with its documents, oldest first."""
    visit = Visit.of(request)
    found = told.story(visit.desk, id)
    if found is None:
        raise NotFoundError(visit.words.t("error.story"))
    return told.story_json(found, with_text=visit.local)


@router.get("/sources", response_model=schemas.SourcesAnswer, summary="Sources and their state")
def sources(request: Request) -> Any:
    """Every source: of the catalog, polled, or only found in imported documents."""
    return {"sources": told.sources(Visit.of(request).desk)}


@router.get("/alerts", response_model=schemas.AlertsAnswer, summary="Alerts")
def alerts(request: Request) -> Any:
    """Every alert that was not removed, oldest first."""
    return {"alerts": told.alerts(Visit.of(request).desk)}


@router.get("/runs", response_model=schemas.RunsAnswer, summary="The latest jobs")
def runs(request: Request) -> Any:
    """The latest jobs with their receipts, newest first."""
    return {"runs": told.runs(Visit.of(request).desk, 200)}
