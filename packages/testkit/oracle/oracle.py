"""The independent oracle: the numbers that a history of raw events must give, by brute force.

Shares no code with the pipeline and was written from the design alone. Reads JSON on stdin and answers on stdout:
one history -> a list of answers; a list of histories -> a list of such lists; with --lines, one history per line,
one answer list per line, until the input ends.

  history  {settings: {basis, lapse_after_days, zone, currency, free_orders?}, events: [...], asks: [...]}
  event    {type, subject, time, append_time, source, id, tenant?, data}, in order of arrival
  ask      {measure | kpi, from, to | at, slice?: "dimension=value", tenant?}
  answer   a whole number, or for a KPI {value, reason, numerator, denominator}

Python 3.9 or later, standard library only.
"""

import json
import sys

sys.dont_write_bytecode = True  # the sources' folder stays as it is

from instants import parse_instant
from measures import Company

DECIMALS = dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0)
DECIMALS.update(dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3))
DECIMALS.update(CLF=4, UYW=4)

ALIASES = {"churn": "customer_churn_rate", "retention": "customer_retention_rate"}


def round_half_away(numerator, denominator):
    """The nearest whole number to a fraction with a positive denominator."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -magnitude if numerator < 0 else magnitude


def decimal_text(units, decimals):
    digits = str(abs(units)).rjust(decimals + 1, "0")
    sign = "-" if units < 0 else ""
    return sign + digits if decimals == 0 else f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def fraction_of(kpi, company, window):
    """(unit, numerator, denominator) of a KPI, not reduced."""
    start, end, inside = window
    get = lambda name: company.measure(name, start, end, inside)
    at_start = lambda: company.measure("customers", start, start, inside)
    if kpi == "customer_churn_rate":
        return "percent", get("customers_lost"), at_start()
    if kpi == "customer_retention_rate":
        return "percent", at_start() - get("customers_lost"), at_start()
    if kpi == "customer_base_growth_rate":
        return "percent", get("customers") - at_start(), at_start()
    if kpi in ("cac", "cac_by_channel"):
        return "currency", get("marketing_cost") + get("sales_cost"), get("customers_acquired")
    if kpi in ("mrr", "expansion_mrr"):
        return "currency", get(kpi), 1
    if kpi == "revenue":
        return "currency", get("net_revenue"), 1
    if kpi == "arpu":
        return "currency", get("net_revenue"), get("customers_present")
    if kpi == "average_order_value":
        return "currency", get("order_revenue"), get("orders")
    if kpi == "repeat_customer_rate":
        return "percent", get("repeat_buyers"), get("buyers")
    if kpi == "conversion_rate":
        return "percent", get("customers_acquired"), get("prospects")
    raise ValueError(f"no such KPI: {kpi!r}")


def kpi_answer(kpi, company, window):
    unit, numerator, denominator = fraction_of(kpi, company, window)
    value, reason = None, None
    if denominator == 0:
        reason = "no_acquisition" if kpi.startswith("cac") and numerator != 0 else "zero_denominator"
    elif unit == "percent":
        value = decimal_text(round_half_away(10_000 * numerator, denominator), 2)
    else:
        decimals = DECIMALS.get(company.settings["currency"], 2)
        value = decimal_text(round_half_away(numerator, denominator), decimals)
    return {"value": value, "reason": reason, "numerator": numerator, "denominator": denominator}


def answers(history):
    companies = {}

    def answer(ask):
        tenant = ask.get("tenant") or "default"
        if tenant not in companies:
            companies[tenant] = Company(history["settings"], history["events"], tenant)
        company = companies[tenant]
        end = parse_instant(ask.get("at") or ask.get("to") or "1970-01-01T00:00:00Z")
        start = parse_instant(ask["from"]) if "from" in ask else end
        inside = tuple(ask["slice"].split("=", 1)) if ask.get("slice") else None
        if "kpi" in ask:
            return kpi_answer(ALIASES.get(ask["kpi"], ask["kpi"]), company, (start, end, inside))
        return company.measure(ask["measure"], start, end, inside)

    return [answer(ask) for ask in history["asks"]]


def main():
    if "--lines" in sys.argv[1:]:
        for line in sys.stdin:
            if line.strip():
                print(json.dumps(answers(json.loads(line))), flush=True)
        return
    given = json.load(sys.stdin)
    print(json.dumps([answers(h) for h in given] if isinstance(given, list) else answers(given)))


if __name__ == "__main__":
    if sys.version_info < (3, 9):
        sys.exit(f"expected Python 3.9 or later, found {sys.version.split()[0]}: install a newer python3")
    main()
