"""Attempts at what nobody should manage, each with the refusal that was seen; `docs/security.md` holds the same table."""

from __future__ import annotations

import re
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from data import repository as repo
from data import repository_share
from data.access import FINANCE, Principal
from data.hosting import PROOF_HEADER, hosting, is_from_this_machine, proxy_email
from data.importers.protocol import ReadOptions, SourceFile
from data.importers.recognise import read_files
from data.repository import InvoiceFilter, Person, Store
from data.sample_store import clear_store, fill_store
from forecasting.errors import AccessDenied, InputRejected
from pages.ui.reports.csv_files import harmless
from tests.data.importers.shared_files import codes
from tests.data.importers.test_bad_input import GALLERY
from tests.e2e.conftest import Server, serve
from tests.pages.fixtures.company import small_sample

ROOT = Path(__file__).parents[2]
SECRET = "tq7Zp3uWkV9xLr2mYc8sNd5fHb4jGa6eRw1oKi0"
SALES = Principal(role="sales", owner="Inès Lacaze", name="ines@orvalise.fr")
VIEWER = Principal(role="viewer", name="paul@orvalise.fr")
DAY = date(2026, 11, 25)
PROXY = {"ENCAISSE_SIGN_IN": "proxy", "ENCAISSE_ADMINISTRATORS": "chef@orvalise.fr", "ENCAISSE_PROXY_SECRET": SECRET}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What attempts are made on: a store with links, and a running app that nobody may enter without a proxy."""

    store: Store
    server: Server
    link: str
    locked: str
    expired: str
    revoked: str
    strangers_invoice: str
    strangers_customer: str


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("abuse")
    with repo.create_store(folder / "s.duckdb") as store:
        fill_store(store, FINANCE, small_sample())

        def share(**more: str) -> str:
            return repo.share_view(store, FINANCE, title="x", note="", content="{}", days=7, **more)

        link, locked, expired, revoked = share(), share(password="a-good-one"), share(), share()
        past = repository_share.utc_now() - timedelta(days=1)
        store.write(lambda c: c.execute("UPDATE shared_view SET expires_at = ? WHERE share_id = 3", [past]))
        repo.revoke_share(store, FINANCE, 4)
        other = next(p for p in repo.partners(store, FINANCE) if p.owner not in ("", SALES.owner))
        theirs = repo.invoices(store, FINANCE, InvoiceFilter(partner_id=other.partner_id, limit=1)).rows[0]
        for server in serve(folder / "hosted.duckdb", **PROXY):
            yield Ground(
                store=store,
                server=server,
                link=link,
                locked=locked,
                expired=expired,
                revoked=revoked,
                strangers_invoice=theirs.invoice_id,
                strangers_customer=other.partner_id,
            )


Act = Callable[[Ground], object]


def link(change: Callable[[Ground], str], password: str = "") -> Act:
    return lambda g: repo.open_shared(g.store, change(g), password)


def many_passwords(g: Ground) -> object:
    for k in range(repository_share.TRIES_PER_HOUR):
        repo.open_shared(g.store, g.locked, f"guess {k}")
    return repo.open_shared(g.store, g.locked, "a-good-one")


def denied(act: Callable[[Store], object]) -> Act:
    def attempt(g: Ground) -> object:
        try:
            act(g.store)
        except AccessDenied:
            return "denied"
        return "done"

    return attempt


def rejected(act: Act) -> Act:
    def attempt(g: Ground) -> object:
        try:
            act(g)
        except InputRejected as refusal:
            return refusal.problems[0].code
        return "done"

    return attempt


def sql(text: str) -> Act:
    def attempt(g: Ground) -> object:
        try:
            with g.store.read() as cursor:
                cursor.execute(text)
        except Exception as error:
            kind = re.search(r"disabled|locked|ermission|configuration", str(error))
            return "fenced" if kind else str(error)
        return "done"

    return attempt


def proxied(**headers: str) -> Act:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda g: proxy_email(hosting(PROXY), told) or "nobody"


def local(address: str | None, **headers: str) -> Act:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda g: "let in" if is_from_this_machine(address, told) else "refused"


def dropped(name: str) -> Act:
    def attempt(g: Ground) -> object:
        found = read_files((SourceFile(name="factures.csv", content=GALLERY[name][0]),), ReadOptions())
        assert all(r.accepted == 0 for r in found)
        return next(c.split("@")[0] for r in found for c in codes(r) if c.startswith(GALLERY[name][1]))

    return attempt


def fetched(path: str, method: str = "GET", data: bytes | None = None, **headers: str) -> Act:
    """The status of a request that is sent as it stands; a page of ours that gives nothing away counts as `the app`."""

    def attempt(g: Ground) -> object:
        place = urlsplit(g.server.url)
        told = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        with socket.create_connection(("127.0.0.1", int(place.port or 0)), timeout=10) as wire:
            size = f"Content-Length: {len(data)}\r\n" if data is not None else ""
            wire.sendall(
                f"{method} {path} HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: close\r\n{told}{size}\r\n".encode()
                + (data or b"")
            )
            answer = b""
            while part := wire.recv(65_536):
                answer += part
        assert b"import streamlit" not in answer and b"root:" not in answer, "a file was given away"
        status = int(answer.split(b" ", 2)[1])
        return "the app's empty page" if status == 200 and b'<div id="root">' in answer else status

    return attempt


def foreign_origin(g: Ground) -> object:
    try:
        with connect(f"{g.server.url.replace('http', 'ws')}/_stcore/stream", origin="https://evil.example"):  # type: ignore[arg-type]
            return "let in"
    except InvalidStatus as refusal:
        return refusal.response.status_code


def slow_requests(g: Ground) -> object:
    """Sixty requests that never end, and whether another one is answered meanwhile."""
    place = urlsplit(g.server.url)
    wires = [socket.create_connection(("127.0.0.1", int(place.port or 0))) for _ in range(60)]
    try:
        for wire in wires:
            wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        with urllib.request.urlopen(f"http://127.0.0.1:{place.port}/_stcore/health", timeout=5) as answer:
            return f"others are answered, {answer.status}"
    finally:
        for wire in wires:
            wire.close()


def refused_settings(**changed: str) -> Act:
    return rejected(lambda g: hosting(PROXY | changed))


def strangers_rows(g: Ground) -> object:
    return repo.invoices(g.store, SALES, InvoiceFilter(invoice_ids=(g.strangers_invoice,))).count


def strangers_clauses(g: Ground) -> object:
    return denied(lambda s: repo.customer_clauses(s, SALES, g.strangers_customer))(g)


def strangers_log(g: Ground) -> object:
    return denied(
        lambda s: repo.log_action(
            s,
            SALES,
            partner_id=g.strangers_customer,
            invoice_ids=(g.strangers_invoice,),
            step="phone",
            outcome="spoken",
            day=DAY,
        )
    )(g)


def forged_name(g: Ground) -> object:
    return len(repo.partners(g.store, Principal(role="sales", owner="' OR 1=1 --")))


#: What is tried, on what, and what is seen.
ATTEMPTS: list[tuple[str, str, Act, object]] = [
    ("link", "no key", link(lambda g: ""), "unknown"),
    ("link", "a guessed key", link(lambda g: "A" * 43), "unknown"),
    ("link", "one character changed", link(lambda g: g.link[:-1] + ("A" if g.link[-1] != "A" else "B")), "unknown"),
    ("link", "cut short", link(lambda g: g.link[:-1]), "unknown"),
    ("link", "made longer", link(lambda g: g.link + "x"), "unknown"),
    ("link", "letters turned", link(lambda g: g.link.swapcase()), "unknown"),
    ("link", "the stored hash in place of the key", link(lambda g: repository_share._sha256(g.link)), "unknown"),
    ("link", "SQL in the key", link(lambda g: "' OR '1'='1"), "unknown"),
    ("link", "a wildcard", link(lambda g: "%"), "unknown"),
    ("link", "a null byte", link(lambda g: g.link + "\0"), "unknown"),
    ("link", "200,000 characters", link(lambda g: "x" * 200_000), "unknown"),
    ("link", "after its last day", link(lambda g: g.expired), "expired"),
    ("link", "after it was revoked", link(lambda g: g.revoked), "revoked"),
    ("link", "without its password", link(lambda g: g.locked), "password"),
    ("link", "with a wrong password", link(lambda g: g.locked, "azerty"), "password"),
    ("link", "passwords one after the other", many_passwords, "too_many"),
    ("link", "made by a salesperson", denied(lambda s: repo.share_view(s, SALES, title="", note="", content="", days=1)), "denied"),
    ("link", "made by a viewer", denied(lambda s: repo.share_view(s, VIEWER, title="", note="", content="", days=1)), "denied"),
    ("link", "revoked by a viewer", denied(lambda s: repo.revoke_share(s, VIEWER, 1)), "denied"),
    ("role", "sales reads balances", denied(lambda s: repo.accounts(s, SALES, DAY)), "denied"),
    ("role", "sales reads the bank's lines", denied(lambda s: repo.bank_lines(s, SALES, first=DAY, last=DAY)), "denied"),
    ("role", "sales reads planned flows", denied(lambda s: repo.planned_flows(s, SALES)), "denied"),
    ("role", "sales reads contracts", denied(lambda s: repo.contracts(s, SALES)), "denied"),
    ("role", "sales reads scenarios", denied(lambda s: repo.scenarios(s, SALES)), "denied"),
    ("role", "sales reads the budget", denied(lambda s: repo.budget(s, SALES)), "denied"),
    ("role", "sales asks for another's invoice by its number", strangers_rows, 0),
    ("role", "sales asks for another's clauses", strangers_clauses, "denied"),
    ("role", "sales logs a call on another's customer", strangers_log, "denied"),
    ("role", "sales under an owner's name made of SQL", forged_name, 0),
    ("role", "sales reads the trail", denied(lambda s: repo.audit_trail(s, SALES)), "denied"),
    ("role", "viewer reads the trail", denied(lambda s: repo.audit_trail(s, VIEWER)), "denied"),
    ("role", "viewer changes the company", denied(lambda s: repo.save_company(s, VIEWER, repo.Company())), "denied"),
    ("role", "viewer changes planned flows", denied(lambda s: repo.replace_planned_flows(s, VIEWER, [])), "denied"),
    ("role", "viewer undoes an import", denied(lambda s: repo.undo_import(s, VIEWER, 1)), "denied"),
    ("role", "viewer chooses a contract", denied(lambda s: repo.choose_contract(s, VIEWER, "factoring", None)), "denied"),
    ("role", "viewer empties the store", denied(lambda s: clear_store(s, VIEWER)), "denied"),
    ("role", "finance reads who may sign in", denied(lambda s: repo.people(s, FINANCE)), "denied"),
    ("role", "finance makes itself administrator", denied(lambda s: repo.replace_people(s, FINANCE, [Person(email="a@b.fr", role="administrator")])), "denied"),
    ("sign-in", "no proxy", proxied(), "nobody"),
    ("sign-in", "a name without the proxy's proof", proxied(X_Forwarded_Email="chef@orvalise.fr"), "nobody"),
    ("sign-in", "a wrong proof", proxied(X_Forwarded_Email="chef@orvalise.fr", X_Encaisse_Proxy=SECRET[:-1]), "nobody"),
    ("sign-in", "an empty proof", proxied(X_Forwarded_Email="chef@orvalise.fr", X_Encaisse_Proxy=""), "nobody"),
    ("sign-in", "two addresses in one", proxied(X_Forwarded_Email="a@b.fr,chef@orvalise.fr", X_Encaisse_Proxy=SECRET), "nobody"),
    ("sign-in", "local mode from another machine", local("192.168.1.20", Host="localhost:8501"), "refused"),
    ("sign-in", "local mode through a proxy", local(None, Host="localhost", X_Forwarded_For="10.0.0.9"), "refused"),
    ("sign-in", "local mode under a bent name", local(None, Host="evil.example:8501"), "refused"),
    ("sign-in", "start with an example secret", refused_settings(ENCAISSE_PROXY_SECRET="change-me-" * 5), "hosting.example_secret"),
    ("sign-in", "start with a short secret", refused_settings(ENCAISSE_PROXY_SECRET=SECRET[:16]), "hosting.short_secret"),
    ("sign-in", "start without an administrator", refused_settings(ENCAISSE_ADMINISTRATORS=""), "hosting.no_administrator"),
    *(("file", name, dropped(name), GALLERY[name][1]) for name in (
        "program", "picture as csv", "database", "zip bomb", "zips in zips", "path outside", "absolute path", "locked zip",
        "torn zip", "entities", "entities in utf-16", "deep xml", "torn xml", "a web page", "noise",
    )),
    ("formula", "a name that is a formula", lambda g: harmless("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0"),
    ("formula", "hidden behind blanks", lambda g: harmless("  +SUM(A1)"), "'  +SUM(A1)"),
    ("formula", "a full-width sign", lambda g: harmless("\uff1d1+1"), "'\uff1d1+1"),
    ("sql", "read a file", sql("SELECT * FROM read_text('/etc/passwd')"), "fenced"),
    ("sql", "write a file", sql("COPY setting TO 'stolen.csv'"), "fenced"),
    ("sql", "open another database", sql("ATTACH '/tmp/other.duckdb' AS other"), "fenced"),
    ("sql", "load an extension", sql("INSTALL httpfs"), "fenced"),
    ("sql", "lift the fence", sql("SET enable_external_access = true"), "fenced"),
    ("web", "a socket from another site", foreign_origin, 403),
    ("web", "an upload without a session", fetched("/_stcore/upload_file/a/b", "PUT", b"x"), 403),
    ("web", "source by its path", fetched("/app/static/../app.py"), 400),
    ("web", "source by an encoded path", fetched("/app/static/%2e%2e/app.py"), 400),
    ("web", "a file of the system", fetched("/app/static/..%2f..%2f..%2f..%2fetc/passwd"), 400),
    ("web", "the data file", fetched("/app/static/../var/encaisse.duckdb"), 400),
    ("web", "another's download", fetched("/media/0123456789abcdef.csv"), 404),
    ("web", "the agent's door", fetched("/_stcore/agent/interact", "POST", b"{}"), 403),
    ("web", "sixty requests that never end", slow_requests, "others are answered, 200"),
]  # fmt: skip


@pytest.mark.parametrize(("group", "name", "act", "seen"), ATTEMPTS, ids=[f"{a[0]}: {a[1]}" for a in ATTEMPTS])
def test_an_attempt_is_refused(ground: Ground, group: str, name: str, act: Act, seen: object) -> None:
    assert act(ground) == seen


def test_the_document_holds_the_same_table() -> None:
    assert len(ATTEMPTS) >= 60
    told = re.findall(
        r"^\| (\S+) \| (.+?) \| `(.+?)` \|$", (ROOT / "docs" / "security.md").read_text("utf-8"), re.MULTILINE
    )
    assert told == [(group, name, str(seen)) for group, name, _, seen in ATTEMPTS]


def test_no_secret_reaches_the_server_s_log(ground: Ground) -> None:
    log = (ground.server.store.parent / "server.log").read_text("utf-8")
    assert SECRET not in log and ground.link not in log and PROOF_HEADER not in log
