"""The book is rewritten from offer files served over HTTP: the right rows, or nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from generator.diagnostics import UserError
from generator.prices import book
from generator.prices.changes import Refreshed, rendered
from generator.prices.offers import load_offers
from generator.prices.refresh import refresh
from tests.conftest import Tierform
from tests.prices.catalogue import catalogue
from tests.prices.facts import BOOK, facts
from tests.prices.files import PUBLISHED, VERSION, File, Files, Price, path, served

TODAY = date(2026, 12, 1)
RDS: File = ("AmazonRDS", "us-east-1")
MEDIUM = "rds.postgres.single.db.t4g.medium"


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "book.json"
    file.write_bytes(book.FILE.read_bytes())
    yield file
    book.load_book.cache_clear()


@pytest.fixture
def files() -> Files:
    return catalogue()[0]


def run(file: Path, files: Files, **more: Any) -> Refreshed:
    with served(files.answers()) as base:
        return refresh(file, base, TODAY, **more)


def refused(file: Path, files: Files) -> UserError:
    """Return the error of a refresh, after which the book must be what it was."""
    before = file.read_bytes()
    with pytest.raises(UserError) as caught:
        run(file, files)
    assert file.read_bytes() == before
    assert [it.name for it in file.parent.iterdir()] == [file.name]
    return caught.value


def single(files: Files, name: str) -> str:
    """Return the SKU of a PostgreSQL instance in one zone."""
    sought = {
        "usagetype": f"InstanceUsage:{name}",
        "databaseEngine": "PostgreSQL",
        "licenseModel": "No license required",
    }
    (sku,) = [sku for sku, it in files.products[RDS].items() if sought.items() <= it["attributes"].items()]
    return sku


def medium(files: Files) -> str:
    return single(files, "db.t4g.medium")


def dimension(files: Files, file: File, sku: str) -> dict[str, Any]:
    ((_, term),) = files.terms[file]["OnDemand"][sku].items()
    found: dict[str, Any] = next(iter(term["priceDimensions"].values()))
    return found


def test_every_row_is_selected_once_or_kept_by_hand() -> None:
    found = {row: load_offers().find(*row) for row in BOOK}
    assert {row for row, it in found.items() if not isinstance(it, str)} == {(it.key, it.region) for it in facts()}
    patterns = [*load_offers().by_hand, *(it.key for it in load_offers().selectors)]
    for pattern in patterns:
        words = re.compile(".+".join(map(re.escape, re.split(r"\{\w+\}", pattern))))
        assert any(words.fullmatch(key) for key, _ in BOOK), f"{pattern} is for no key"


def test_the_right_row_of_every_service_is_taken_among_its_likes(copy: Path) -> None:
    files, expected = catalogue()
    result = run(copy, files)
    got = {(row["key"], row["region"]): row for row in json.loads(copy.read_bytes())["prices"]}
    assert {row: got[row]["usd"] for row in expected} == pytest.approx(expected, rel=1e-9)
    assert {(it.key, it.region) for it in (*result.updated, *result.unchanged)} == set(expected)
    for fact in facts():
        row = got[fact.key, fact.region]
        assert (row["sku"], row["status"], row["as_of"]) == (fact.usage, "verified", PUBLISHED[:10])
        place = fact.file[1] or "all regions"
        assert row["source"] == [f"AWS Price List, {fact.code} {place}, version {VERSION}"]
    assert result.generated == TODAY


def test_what_is_kept_by_hand_stays_to_the_letter(copy: Path, files: Files) -> None:
    before = {(row["key"], row["region"]): row for row in json.loads(copy.read_bytes())["prices"]}
    result = run(copy, files)
    after = {(row["key"], row["region"]): row for row in json.loads(copy.read_bytes())["prices"]}
    assert list(after) == list(before)
    assert result.kept
    for row in result.kept:
        assert row.reason
        assert after[row.key, row.region] == before[row.key, row.region]
    for row, item in after.items():
        assert {name: item[name] for name in ("service", "unit")} == {
            name: before[row][name] for name in ("service", "unit")
        }
    assert book.load_book(copy).generated == TODAY


def test_again_changes_nothing(copy: Path, files: Files) -> None:
    assert run(copy, files).updated
    once = copy.read_bytes()
    again = run(copy, files)
    assert copy.read_bytes() == once
    assert not again.updated
    assert len(again.unchanged) == len(facts())


def test_a_price_that_is_the_same_gets_the_new_date_only(copy: Path, files: Files) -> None:
    old = book.load_book(copy).find(MEDIUM, "us-east-1")
    assert old
    dimension(files, RDS, medium(files))["pricePerUnit"]["USD"] = f"{old.usd:.10f}"
    result = run(copy, files)
    assert MEDIUM in {it.key for it in result.unchanged if it.region == "us-east-1"}
    new = book.load_book(copy).find(MEDIUM, "us-east-1")
    assert new
    assert new.usd == old.usd
    assert new.as_of == PUBLISHED[:10] != old.as_of


def test_only_the_regions_asked_for(copy: Path, files: Files) -> None:
    before = json.loads(copy.read_bytes())
    said: list[str] = []
    result = run(copy, files, regions=["eu-west-1"], say=said.append)
    assert {it.region for it in result.updated} == {"eu-west-1", "edge", "global"}
    assert not [line for line in said if "us-east-1/" in line]
    assert [line for line in said if "AmazonRDS/current/eu-west-1/index.json" in line]
    assert result.generated.isoformat() == before["generated"] == json.loads(copy.read_bytes())["generated"]
    with pytest.raises(UserError, match="no prices of eu-west-7"):
        run(copy, files, regions=["eu-west-7"])


def test_it_is_told(copy: Path, files: Files) -> None:
    dimension(files, RDS, medium(files))["pricePerUnit"]["USD"] = "0.1300000000"
    text = rendered(run(copy, files))
    assert f"{MEDIUM} us-east-1: 0.065 -> 0.13 USD per hour Single-AZ (+100.0 %)" in text
    assert re.search(r"^kept: fargate_spot.arm.gb, .*: a Spot price moves", text, re.MULTILINE)
    assert text.endswith("rows kept; generated 2026-12-01")


def drop(files: Files, sku: str) -> None:
    del files.products[RDS][sku]


def drop_term(files: Files, sku: str) -> None:
    del files.terms[RDS]["OnDemand"][sku]


def second(files: Files, sku: str) -> None:
    attributes = files.products[RDS][sku]["attributes"]
    other = files.product(*RDS, "Database Instance", attributes["usagetype"], {**attributes, "storage": "NVMe"})
    files.on_demand(*RDS, other, [Price("0.07", "Hrs")])


def second_prefix(files: Files, sku: str) -> None:
    attributes = files.products[RDS][sku]["attributes"]
    usage = "USE1-" + attributes["usagetype"]
    files.on_demand(
        *RDS,
        files.product(*RDS, "Database Instance", usage, {**attributes, "usagetype": usage}),
        [Price("0.07", "Hrs")],
    )


def unit(files: Files, sku: str) -> None:
    dimension(files, RDS, sku)["unit"] = "Days"


def yuan(files: Files, sku: str) -> None:
    dimension(files, RDS, sku)["pricePerUnit"] = {"CNY": "0.4"}


def no_number(files: Files, sku: str) -> None:
    dimension(files, RDS, sku)["pricePerUnit"]["USD"] = "NaN"


def negative(files: Files, sku: str) -> None:
    dimension(files, RDS, sku)["pricePerUnit"]["USD"] = "-0.1"


def later_step(files: Files, sku: str) -> None:
    dimension(files, RDS, sku)["beginRange"] = "10"


def no_dimensions(files: Files, sku: str) -> None:
    ((_, term),) = files.terms[RDS]["OnDemand"][sku].items()
    del term["priceDimensions"]


def odd_dimension(files: Files, sku: str) -> None:
    ((_, term),) = files.terms[RDS]["OnDemand"][sku].items()
    term["priceDimensions"]["x"] = "y"


def two_terms(files: Files, sku: str) -> None:
    terms = files.terms[RDS]["OnDemand"][sku]
    terms[f"{sku}.OTHER"] = next(iter(terms.values()))


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (
            drop,
            "no product is InstanceUsage:db.t4g.medium or USE1-InstanceUsage:db.t4g.medium, .*databaseEngine PostgreSQL",
        ),
        (drop, r"there is SKU \w+ \(InstanceUsage:db.t4g.medium, databaseEngine MariaDB"),
        (drop_term, "no terms that are on-demand"),
        (second, r"2 products match: SKU \w+ \(InstanceUsage:db.t4g.medium, storage None\), SKU .*storage NVMe"),
        (second_prefix, r"2 products match: SKU .*USE1-InstanceUsage:db.t4g.medium\)"),
        (unit, "the unit is Days, not hrs"),
        (yuan, "a price is not in USD"),
        (no_number, "the price is NaN"),
        (negative, "the price is -0.1"),
        (later_step, "no prices for a step from 0; there are steps from 10"),
        (no_dimensions, "without price dimensions"),
        (odd_dimension, "a price dimension that is none"),
        (two_terms, "2 terms that are on-demand"),
    ],
)
def test_anything_but_one_price_is_refused(
    copy: Path, files: Files, break_it: Callable[[Files, str], None], said: str
) -> None:
    break_it(files, medium(files))
    error = refused(copy, files)
    assert re.search(f"{MEDIUM} in us-east-1: AmazonRDS us-east-1: .*{said}", error.message)
    assert "offers.yaml" in error.remedy


def test_all_that_is_wrong_is_said_at_once(copy: Path, files: Files) -> None:
    unit(files, medium(files))
    files.products["AWSELB", "eu-west-1"] = {}
    lines = refused(copy, files).message.splitlines()
    assert lines[0].startswith("3 prices are not to be had")
    assert [line.strip().partition(" in ")[0] for line in lines[1:]] == ["alb.hour", "alb.lcu", MEDIUM]


@pytest.mark.parametrize("missing", ["fee", "hour"])
def test_a_commitment_without_its_parts_is_refused(copy: Path, files: Files, missing: str) -> None:
    sku = single(files, "db.t3.large")
    for term in files.terms[RDS]["Reserved"][sku].values():
        term["priceDimensions"] = {k: v for k, v in term["priceDimensions"].items() if not k.endswith(missing)}
    assert "commitment.rds.postgres.single.db.t3.large.1yr_partial in us-east-1" in refused(copy, files).message


def test_a_commitment_that_is_not_sold_is_refused(copy: Path, files: Files) -> None:
    del files.terms[RDS]["Reserved"]
    message = refused(copy, files).message
    assert "no terms that are LeaseContractLength 1yr, PurchaseOption No Upfront, OfferingClass standard" in message


def test_a_key_without_a_selector_is_refused(copy: Path, files: Files) -> None:
    document = json.loads(copy.read_bytes())
    document["prices"].append({**document["prices"][0], "key": "sqs.requests_1m"})
    document["prices"].append({**document["prices"][0], "region": "eu-west-7"})
    copy.write_text(json.dumps(document))
    message = refused(copy, files).message
    assert "sqs.requests_1m in us-east-1: no entries of offers.yaml are for it" in message
    assert "fargate.x86.vcpu in eu-west-7: what the region's usage types begin with is not known" in message


def test_a_file_that_is_not_there_is_refused(copy: Path, files: Files) -> None:
    del files.products["awswaf", "us-east-1"]
    assert re.search(f"{path('awswaf', 'us-east-1')}: the answer is 404", refused(copy, files).message)


def test_a_book_that_cannot_be_written_stays(copy: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    before = copy.read_bytes()
    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="no space"):
        run(copy, files)
    assert copy.read_bytes() == before
    assert [it.name for it in copy.parent.iterdir()] == [copy.name]


def test_the_command_says_what_it_reads_what_changed_and_what_was_kept(
    tierform: Tierform, copy: Path, files: Files
) -> None:
    dimension(files, RDS, medium(files))["pricePerUnit"]["USD"] = "0.0710000000"
    with served(files.answers()) as base:
        ran = tierform("prices", "refresh", "--from", base, "--book", str(copy))
    assert ran.code == 0, ran.err
    assert "AmazonRDS/current/us-east-1/index.json" in ran.err
    assert f"{MEDIUM} us-east-1: 0.065 -> 0.071 USD per hour" in ran.out
    assert "kept: " in ran.out
    assert book.load_book(copy).find(MEDIUM, "us-east-1").usd == 0.071  # type: ignore[union-attr]


def test_the_command_leaves_the_book_alone_where_nothing_answers(tierform: Tierform, copy: Path) -> None:
    ran = tierform("prices", "refresh", "--from", "http://127.0.0.1:9", "--book", str(copy))
    assert ran.code == 2
    assert "remedy: run the refresh again; nothing was changed" in ran.err
    assert copy.read_bytes() == book.FILE.read_bytes()
