"""Every measure by its definition in words, over accepted events and replayed customers."""

from collections import Counter
from functools import cached_property

from customers import UNKNOWN, Customer
from instants import DAY, MINUTE, service_day_starts, parse_instant

COST_CATEGORIES = ("marketing", "sales", "cogs", "service", "retention", "payroll", "overhead")
MOVEMENTS = tuple(
    name + "_mrr" for name in ("new", "reactivation", "expansion", "contraction", "churned", "paused", "resumed")
)
LEAD_OF_TIME_MAX = 15 * MINUTE
EFFECTIVE_LEAD_MAX = 3653 * DAY  # ten years


def tenant_of(event):
    return event.get("tenant") or "default"


def is_rejected(event):
    appended = parse_instant(event["append_time"])
    effective = event["data"].get("effective_at")
    if event["at"] < 0 or event["at"] > appended + LEAD_OF_TIME_MAX:
        return True
    return effective is not None and parse_instant(effective) > appended + EFFECTIVE_LEAD_MAX


def spread_evenly(amount, parts):
    """Whole units that add up to the amount, the bigger ones first."""
    base, rest = divmod(abs(amount), parts)
    sign = -1 if amount < 0 else 1
    return [sign * (base + (1 if i < rest else 0)) for i in range(parts)]


class Company:
    """One tenant's accepted events and what they mean."""

    def __init__(self, settings, events, tenant):
        self.settings, self.tenant = settings, tenant
        self.accepted, self.rejected_count, seen = [], 0, set()
        for raw in events:
            if tenant_of(raw) != tenant:
                continue
            event = dict(raw, at=parse_instant(raw["time"]))
            identity = (event["source"], event["id"])
            if is_rejected(event):
                self.rejected_count += 1
            elif identity not in seen:
                seen.add(identity)
                self.accepted.append(event)

    @cached_property
    def customers(self):
        by_subject = {}
        for event in self.accepted:
            by_subject.setdefault(event["subject"], []).append(event)
        return [Customer(self.settings, events) for events in by_subject.values()]

    @cached_property
    def lives(self):
        return [(customer, customer.intervals()) for customer in self.customers]

    @cached_property
    def all_movements(self):
        return [(customer, movement) for customer in self.customers for movement in customer.movements()]

    @cached_property
    def own_facts(self):
        """(measure, instant, value, dimensions) of the events that need no history."""
        return [fact for event in self.accepted for fact in self.facts_of(event)]

    def facts_of(self, event):
        kind, data, at = event["type"], event["data"], event["at"]
        ours = data.get("currency") == self.settings["currency"]
        money = lambda name, value: [(name, at, value, data)] if ours else []
        if kind == "order.placed":
            discount = data.get("discount_minor", 0)
            facts = money("gross_sales", data["gross_minor"]) + money("discounts", discount)
            facts += money("order_revenue", data["gross_minor"] - discount)
            counts_free = self.settings.get("free_orders", "count") == "count"
            if counts_free or data["gross_minor"] - discount > 0:
                facts.append(("orders", at, 1, data))
            if data.get("anonymous") is not True:
                facts.append(("purchases", at, 1, data))
            return facts
        if kind == "invoice.paid":
            discount = data.get("discount_minor", 0)
            return money("gross_sales", data["net_minor"] + discount) + money("discounts", discount)
        if kind in ("order.refunded", "invoice.refunded"):
            return money("refunds", data["amount_minor"])
        if kind == "lead.created":
            return [("leads", at, 1, data)]
        if kind == "cost.recorded" and ours:
            return self.cost_facts(event)
        return []

    def cost_facts(self, event):
        data, name = event["data"], event["data"]["category"] + "_cost"
        if "service_start" not in data or "service_end" not in data:
            return [(name, event["at"], data["amount_minor"], data)]
        days = service_day_starts(data["service_start"], data["service_end"], self.settings["zone"])
        return [(name, day, part, data) for day, part in zip(days, spread_evenly(data["amount_minor"], len(days)))]

    # Measures. `inside` is the slice: (dimension, value) or None.

    def measure(self, name, start, end, inside):
        direct = getattr(self, "measure_" + name, None)
        if direct is not None:
            return direct(start, end, inside)
        if name in MOVEMENTS:
            return self.movement(name, (start, end), inside)
        if name in ("orders", "purchases", "gross_sales", "discounts", "refunds", "order_revenue", "leads") or (
            name.endswith("_cost") and name[: -len("_cost")] in COST_CATEGORIES
        ):
            return self.total(name, start, end, inside)
        raise ValueError(f"no such measure: {name!r}")

    def total(self, name, start, end, inside):
        return sum(
            value
            for measure, at, value, data in self.own_facts
            if measure == name and start <= at < end and has_own(data, inside)
        )

    def movement(self, name, window, inside):
        start, end = window
        return sum(
            m.amount
            for customer, m in self.all_movements
            if m.measure == name
            and start <= m.at < end
            and m.currency == self.settings["currency"]
            and belongs(customer, inside, m.plan)
        )

    def measure_dead_letters(self, _start, _end, _inside):
        return self.rejected_count

    def measure_net_revenue(self, start, end, inside):
        gross, discounts, refunds = (self.total(n, start, end, inside) for n in ("gross_sales", "discounts", "refunds"))
        return gross - discounts - refunds

    def measure_customers(self, _start, end, inside):
        return sum(1 for customer in self.customers if belongs(customer, inside) and customer.is_active(end - 1))

    def measure_mrr(self, _start, end, inside):
        return sum(
            holding.amount
            for customer in self.customers
            for holding in customer.holdings(end - 1)
            if holding.currency == self.settings["currency"] and belongs(customer, inside, holding.plan)
        )

    def intervals_inside(self, inside):
        return [interval for customer, intervals in self.lives if belongs(customer, inside) for interval in intervals]

    def measure_customers_activated(self, start, end, inside):
        return sum(1 for i in self.intervals_inside(inside) if start <= i.start < end)

    def measure_customers_lost(self, start, end, inside):
        return sum(1 for i in self.intervals_inside(inside) if i.end is not None and i.start < start <= i.end < end)

    def measure_customers_joined(self, start, end, inside):
        return sum(
            1
            for i in self.intervals_inside(inside)
            if start <= i.start < end and (i.previous_end is None or i.previous_end < start)
        )

    def measure_customers_present(self, start, end, inside):
        """Everybody who was a customer just before the window began or became one in it, each once."""
        return sum(
            1
            for customer, intervals in self.lives
            if belongs(customer, inside)
            and (customer.is_active(start - 1) or any(start <= i.start < end for i in intervals))
        )

    def measure_customers_acquired(self, start, end, inside):
        moments = [c.acquisition() for c in self.customers if belongs(c, inside)]
        return sum(1 for moment in moments if moment is not None and start <= moment[0] < end)

    def subjects_of(self, kind, window, inside):
        start, end = window
        return Counter(
            event["subject"]
            for event in self.accepted
            if event["type"] == kind
            and start <= event["at"] < end
            and event["data"].get("anonymous") is not True
            and has_own(event["data"], inside)
        )

    def measure_buyers(self, start, end, inside):
        return len(self.subjects_of("order.placed", (start, end), inside))

    def measure_repeat_buyers(self, start, end, inside):
        return sum(1 for count in self.subjects_of("order.placed", (start, end), inside).values() if count >= 2)

    def measure_prospects(self, start, end, inside):
        return len(self.subjects_of("lead.created", (start, end), inside))


def has_own(data, inside):
    """Facts of an event are sliced by what the event itself says."""
    return inside is None or data.get(inside[0], UNKNOWN) == inside[1]


def belongs(customer, inside, plan=UNKNOWN):
    """Facts of a customer are sliced by what the customer is now, MRR also by its plan as it was."""
    return inside is None or dict(customer.attributes, plan=plan).get(inside[0], UNKNOWN) == inside[1]
