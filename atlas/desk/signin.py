"""Signing in and out (登录): the page with the demo's seven accounts, and the cookie they are known by."""

from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from atlas import wording
from atlas.accounts import ROLES
from atlas.desk.admission import COOKIE, token_in
from atlas.desk.office import office
from atlas.desk.settings import is_loopback
from atlas.records.store import utc_now
from atlas.wording import N_, _, label

HOURS = 12
NEVER = {"cache-control": "no-store"}
_PAGE = Template((Path(__file__).parent / "sign_in.html").read_text("utf-8"))
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")

# Role -> the glyph on its button, and what it does here in half a sentence.
_CALLINGS = {
    "leader": ("领", N_("看全镇形势，会上放大屏")),
    "inspector": ("纪", N_("盯督办、查进度、看留痕")),
    "office": ("办", N_("登记、交办、复查、销号")),
    "station": ("站", N_("办理本行业领域的隐患")),
    "monitor": ("网", N_("走村巡查，随手上报")),
    "viewer": ("看", N_("只看不改")),
    "admin": ("管", N_("建档与系统设置")),
}


def demo_account(role: str) -> str:
    """Return the name of the role's demo account; the journal keeps it, so it is the same in every language."""
    return "演示·" + wording.ROLE[role]


def routes() -> list[Route]:
    """Return the routes of signing in and out."""
    return [
        Route("/sign-in", sign_in, methods=["GET", "POST"]),
        Route("/sign-out", sign_out, methods=["GET", "POST"]),
    ]


async def sign_in(request: Request) -> Response:
    """Show the page, or sign in: by its buttons (POST), or by `?as=<role>` on this machine itself."""
    wording.use(request.query_params.get("language", "zh"))
    role = await _asked_role(request)
    if role is None:
        return _page(request, 200)
    if role not in ROLES or not is_at_this_machine(request):
        return _page(request, 403)
    token = await run_in_threadpool(_exchange, token_in(request.headers), role)
    response = RedirectResponse(_onward(request), 303, NEVER)
    is_https = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, HOURS * 3600, path="/", httponly=True, samesite="strict", secure=is_https)
    return response


async def sign_out(request: Request) -> Response:
    """End the session on the server, forget the cookie and what the browser kept, and show the sign-in page."""
    response = RedirectResponse("/sign-in", 303, NEVER | {"clear-site-data": '"cache"'})
    token = token_in(request.headers)
    if token:
        await run_in_threadpool(office().sessions.end, token)
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return response


def safe_next(wanted: str) -> str:
    """Return the path to open after signing in; anything but a path of this site becomes "/"."""
    is_path = wanted.startswith("/") and not wanted.startswith(("//", "/sign-"))
    return wanted if is_path and wanted.isprintable() and "\\" not in wanted else "/"


def is_at_this_machine(request: Request) -> bool:
    """Tell whether server, client and the name asked for are all loopback, with no proxy in between."""
    places = (office().settings.host, request.client.host if request.client else "", request.url.hostname or "")
    return all(is_loopback(place) for place in places) and not any(name in request.headers for name in _FORWARDED)


async def _asked_role(request: Request) -> str | None:
    if request.method == "POST":
        return str((await request.form()).get("role", ""))
    # Another site must not be able to change who is signed in here by a mere link.
    is_sent_from_elsewhere = request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    return None if is_sent_from_elsewhere else request.query_params.get("as")


def _exchange(earlier: str | None, role: str) -> str:
    """Begin a session under a new token; whoever knew the earlier one has nothing of it."""
    sessions = office().sessions
    if earlier:
        sessions.end(earlier)
    return sessions.start(demo_account(role), role, utc_now())


def _onward(request: Request) -> str:
    onward = safe_next(request.query_params.get("next", "/"))
    if wording.language() == "zh" or "language=" in urlsplit(onward).query:
        return onward
    return onward + ("&" if "?" in onward else "?") + urlencode({"language": wording.language()})


def _page(request: Request, status: int) -> Response:
    town = office().store.files.town
    other = "en" if wording.language() == "zh" else "zh"
    switch = {"language": other, "next": safe_next(request.query_params.get("next", "/"))}
    is_english = wording.language() == "en"
    texts = {
        "language": "en" if is_english else "zh-CN",
        "town": town.name_en if is_english else town.name_zh,
        "title": _("安全隐患一张图"),
        "lead": _("从一次点击到整改销号，全镇隐患看得见、管得住。"),
        "question": _("您是哪一位？"),
        "hint": _("演示账号，点一下即可进入，不需要密码。"),
        "notice": town.notice_en if is_english else town.notice_zh,
        "refusal": "" if status == 200 else _("演示账号只能在运行本服务的这台电脑上登录（http://127.0.0.1）。"),
        "other_language": wording.LANGUAGES[other],
        "switch": "/sign-in?" + urlencode(switch, quote_via=quote),
    }
    filled = {name: escape(text) for name, text in texts.items()}
    html = _PAGE.substitute(filled, buttons="\n".join(_button(role) for role in ROLES))
    return HTMLResponse(html, status, NEVER)


def _button(role: str) -> str:
    glyph, calling = _CALLINGS[role]
    return (
        f'<button name="role" value="{role}" class="role role-{role}"><span class="glyph" aria-hidden="true">{glyph}'
        f'</span><span class="who"><b>{escape(label(wording.ROLE, role))}</b><small>{escape(_(calling))}</small>'
        "</span></button>"
    )
