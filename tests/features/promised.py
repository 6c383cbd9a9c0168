"""What the architecture promises of load, uptime and price: held against the models, not against arguments of the plan."""

from __future__ import annotations

from tests.features.row import Row

IF = "[if the stated conditions hold](#objectives)"
ROWS = {
    "monthly_usd": Row(
        "Monthly price within the given budget",
        absent={
            "tier1": "251 USD with 1-year commitments, not 175: [cost](#cost)",
            "tier2": "772 USD with 1-year commitments, not 485: [cost](#cost)",
        },
    ),
    "concurrent_users": Row("Concurrent users: 5,000-10,000 and 20,000-50,000", apart=IF),
    "requests_per_second": Row("Requests per second: 5,000-8,000 and 15,000-25,000", apart=IF),
    "p95_ms": Row("Response time under load: 95 of 100 below 200 and 100 ms", apart=IF),
    "availability": Row(
        "Uptime: 99.9 % and 99.99 %",
        absent={
            "tier1": "99.88 % are expected, 99.80 % committed by AWS: [objectives](#objectives)",
            "tier2": "99.88 % are expected, 99.80 % committed by AWS: [objectives](#objectives)",
        },
    ),
}
