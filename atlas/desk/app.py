"""The script that Streamlit runs for every page (入口): frame, navigation by right, page."""

from pathlib import Path

import streamlit as st

import atlas
from atlas import accounts, wording
from atlas.desk import frame, session
from atlas.desk.office import office
from atlas.wording import _, label

PACKAGE = Path(atlas.__file__).parent
# In a wheel the pages lie inside the package, in a checkout beside it.
PAGES = PACKAGE / "pages" if (PACKAGE / "pages").is_dir() else PACKAGE.parent / "pages"


def main() -> None:
    """Run the page that was asked for; a page that the table of rights does not name does not exist."""
    st.set_page_config(page_title=_("安全隐患一张图"), page_icon="🗺️", layout="wide")
    frame.speak()
    frame.dress()
    account = session.account()
    titles = {"hazard_map": _("一张图")}
    allowed = [name for name in titles if accounts.may(account.role, f"see:{name}")]
    if not allowed:
        st.error(_("您的角色“{role}”没有可看的页面。").format(role=label(wording.ROLE, account.role)))
        st.link_button(_("重新登录"), "/sign-in")
        return
    pages = [
        st.Page(PAGES / f"{name}.py", title=titles[name], url_path=name, default=name == allowed[0]) for name in allowed
    ]
    page = st.navigation(pages, position="hidden" if len(pages) == 1 else "top")
    frame.head(office().store.files.town, account)
    page.run()


main()
