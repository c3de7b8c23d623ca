"""The verb `indemnity`: claims through the waterfall of a policy, from the limit to the indemnity."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, get_args

from commands.console import Console
from commands.grammar import Argument, Values, Verb, file
from commands.numbers import euros
from data.columns import read_table
from data.contract_files import read_insurance_file
from data.values import BadValue, parse_day, parse_flag, parse_positive_amount
from forecasting.errors import InputRejected, Problem
from forecasting.insurance.claim import Cause, Indemnity, ReportedClaim, indemnities
from forecasting.insurance.policy import InsurancePolicy

CAUSES: Final[tuple[Cause, ...]] = get_args(Cause)
_STEPS: Final = (
    "loss_minor",
    "after_percentage_minor",
    "after_deductible_minor",
    "afl_used_minor",
    "indemnity_minor",
    "afl_left_minor",
    "ml_left_minor",
)


def run(call: Values, console: Console) -> int:
    """Answers with every claim in the order of passage, and the total."""
    problems: list[Problem] = []
    policy: InsurancePolicy | None = None
    try:
        checked = read_insurance_file(call["policy"], for_projection=False)
        policy = checked.record
        problems += checked.warnings
    except InputRejected as rejected:
        problems += rejected.problems
    try:
        claims = read_claims(call["claims"])
    except InputRejected as rejected:
        problems += rejected.problems
    status = console.problems(problems)
    if status or policy is None:
        return status
    return _answer(indemnities(policy, claims), console)


def read_claims(path: Path) -> list[ReportedClaim]:
    """The claims of a file; raises InputRejected with everything that is wrong."""
    table = read_table(
        path, required=("claim_id", "cause", "loss_date", "loss_net"), optional=("partner_id", "limit", "named")
    )
    ids = table.unique("claim_id")
    causes = table.values("cause", _cause, CAUSES[0], required=True)
    days = table.values("loss_date", parse_day, 0, required=True)
    losses = table.values("loss_net", _amount, 0, required=True)
    limits = table.values("limit", _amount, None)
    named = table.values("named", parse_flag, True)
    table.reject()
    rows = zip(ids, table.text("partner_id"), causes, days, losses, limits, named, strict=True)
    return [
        ReportedClaim(
            claim_id=claim_id,
            partner_id=partner_id,
            cause=cause,
            loss_day=day,
            loss_net_minor=loss,
            limit_minor=limit,
            named=is_named,
        )
        for claim_id, partner_id, cause, day, loss, limit, is_named in rows
    ]


def _amount(text: str) -> int:
    return parse_positive_amount(text, 2)


def _cause(text: str) -> Any:
    if text not in CAUSES:
        raise BadValue("value.bad_choice", text, known=", ".join(CAUSES))
    return text


def _answer(found: tuple[Indemnity, ...], console: Console) -> int:
    total = sum(claim.indemnity_minor for claim in found)
    answer = {
        "claims": [
            {
                "claim_id": claim.claim_id,
                "below_threshold": claim.below_threshold,
                **{step: getattr(claim, step) for step in _STEPS},
            }
            for claim in found
        ],
        "total_indemnity_minor": total,
    }
    if console.as_json:
        return console.answer(answer)
    words = console.words
    lines = [
        words("cli.indemnity.claim", claim=c.claim_id, loss=euros(c.loss_minor), indemnity=euros(c.indemnity_minor))
        for c in found
    ]
    return console.answer(answer, *lines, words("cli.indemnity.total", amount=euros(total)))


VERB = Verb(
    name="indemnity",
    arguments=(
        Argument(name="policy", metavar="POLICY.toml", parse=file, required=True),
        Argument(name="claims", metavar="CLAIMS.csv", parse=file, required=True),
    ),
    run=run,
)
