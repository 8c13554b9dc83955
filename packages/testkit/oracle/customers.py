"""One customer's history replayed from scratch at every instant that matters: slow, and that is the point."""

from collections import namedtuple

from instants import DAY, parse_instant

UNKNOWN = "unknown"
SUBSCRIPTION_TYPES = {
    "subscription." + name for name in ("started", "changed", "paused", "resumed", "ended", "end_withdrawn")
}

Subscription = namedtuple("Subscription", "mrr plan currency paused")
Interval = namedtuple("Interval", "start end previous_end")  # end None: still active; previous_end None: never before
Movement = namedtuple("Movement", "measure at amount plan currency")
Holding = namedtuple("Holding", "amount plan currency")


def known(event):
    """The order in which things became known."""
    return (event["at"], event["source"], event["id"])


def counted_from(event):
    """When an event of a subscription counts."""
    text = event["data"].get("effective_at")
    return event["at"] if text is None else parse_instant(text)


class Customer:
    def __init__(self, settings, events):
        self.by_purchases = settings["basis"] == "purchases"
        self.lapse = settings["lapse_after_days"] * DAY
        self.events = sorted(events, key=known)
        self.orders = [e for e in self.events if e["type"] == "order.placed" and e["data"].get("anonymous") is not True]
        self.points = self.points_in_effect()
        self.attributes = self.current_attributes()

    def points_in_effect(self):
        points = [e for e in self.events if e["type"] in SUBSCRIPTION_TYPES]
        kept = [p for p in points if not any(self.sets_aside(other, p) for other in points if other is not p)]
        return sorted(kept, key=lambda p: (counted_from(p),) + known(p))

    @staticmethod
    def sets_aside(later, point):
        """Does `later` cancel the planned end, or replace the planned change, that `point` is?"""
        if later["data"]["subscription_id"] != point["data"]["subscription_id"] or known(later) <= known(point):
            return False
        if point["type"] == "subscription.ended":
            ending = later["type"] in ("subscription.ended", "subscription.end_withdrawn")
            return ending and counted_from(point) > later["at"]
        if point["type"] == "subscription.changed":
            planned = counted_from(point) > point["at"]
            return planned and later["type"] == point["type"] and counted_from(later) == counted_from(point)
        return False

    def subscriptions(self, instant):
        """The open subscriptions after everything that counts up to and at this instant."""
        opened = {}
        for point in self.points:
            if counted_from(point) > instant:
                break
            kind, data = point["type"].split(".")[1], point["data"]
            name = data["subscription_id"]
            state = opened.get(name)
            if kind == "started":
                opened[name] = Subscription(data["mrr_minor"], data["plan"], data["currency"], False)
            elif state is None:
                continue
            elif kind == "changed":
                plan = data.get("plan", state.plan)
                opened[name] = state._replace(mrr=data["mrr_minor"], currency=data["currency"], plan=plan)
            elif kind == "paused":
                opened[name] = state._replace(paused=True)
            elif kind == "resumed" and state.paused:
                opened[name] = state._replace(paused=False, mrr=data.get("mrr_minor", state.mrr))
            elif kind == "ended":
                del opened[name]
        return opened

    def is_subscriber(self, instant):
        return any(s.mrr > 0 for s in self.subscriptions(instant).values())

    def is_active(self, instant):
        if self.by_purchases:
            return any(o["at"] <= instant < o["at"] + self.lapse for o in self.orders)
        return self.is_subscriber(instant)

    def holdings(self, instant):
        """What each subscription brings in at this instant: a paused one nothing."""
        return [Holding(s.mrr, s.plan, s.currency) for s in self.subscriptions(instant).values() if not s.paused]

    def subscription_instants(self):
        return sorted({counted_from(p) for p in self.points})

    def intervals(self):
        """The times of activity, as long as possible each."""
        instants = self.subscription_instants()
        if self.by_purchases:
            instants = sorted({o["at"] for o in self.orders} | {o["at"] + self.lapse for o in self.orders})
        found, start, previous_end = [], None, None
        for instant in instants:
            active = self.is_active(instant)
            if active and start is None:
                start = instant
            elif not active and start is not None:
                found.append(Interval(start, instant, previous_end))
                start, previous_end = None, instant
        if start is not None:
            found.append(Interval(start, None, previous_end))
        return found

    def first_paid_by_subscription(self):
        return next((i for i in self.subscription_instants() if self.is_subscriber(i)), None)

    def acquisition(self):
        """(instant, the order that it was or None), or None for somebody who never paid."""
        first_paid = self.first_paid_by_subscription()
        if self.orders and (first_paid is None or self.orders[0]["at"] <= first_paid):
            return self.orders[0]["at"], self.orders[0]
        return None if first_paid is None else (first_paid, None)

    def current_attributes(self):
        attributes = {"channel": UNKNOWN, "campaign": UNKNOWN, "segment": UNKNOWN, "country": UNKNOWN}
        attributed = [e for e in self.events if e["type"] == "customer.attributed"]
        acquisition = self.acquisition()
        if attributed:
            won_by = attributed[-1]["data"]
        elif acquisition is not None and acquisition[1] is not None:
            won_by = acquisition[1]["data"]
        else:
            won_by = {}
        for dimension in ("channel", "campaign"):
            attributes[dimension] = won_by.get(dimension, UNKNOWN)
        for event in self.events:
            if event["type"] == "customer.segment_changed":
                attributes[event["data"]["dimension"]] = event["data"]["value"]
        return attributes

    def movements(self):
        """Every step of the customer's MRR, typed per instant by what the customer was before and is after it."""
        found = []
        for instant in self.subscription_instants():
            found += self.movements_at(instant)
        return found

    def movements_at(self, instant):
        was, now = self.is_subscriber(instant - 1), self.is_subscriber(instant)
        if not was and not now:
            return []
        if now and not was:
            kind = "new_mrr" if instant == self.first_paid_by_subscription() else "reactivation_mrr"
            return [Movement(kind, instant, h.amount, h.plan, h.currency) for h in self.holdings(instant)]
        if was and not now:
            return [Movement("churned_mrr", instant, h.amount, h.plan, h.currency) for h in self.holdings(instant - 1)]
        return self.movements_of_one_who_stays(instant)

    def movements_of_one_who_stays(self, instant):
        before, after = self.subscriptions(instant - 1), self.subscriptions(instant)
        found, steps = [], []
        for name in set(before) | set(after):
            old, new = before.get(name), after.get(name)
            if old and new and not old.paused and new.paused:
                found.append(Movement("paused_mrr", instant, old.mrr, old.plan, old.currency))
            elif old and new and old.paused and not new.paused:
                found.append(Movement("resumed_mrr", instant, new.mrr, new.plan, new.currency))
            else:
                if old and not old.paused:
                    steps.append(Holding(-old.mrr, old.plan, old.currency))
                if new and not new.paused:
                    steps.append(Holding(new.mrr, new.plan, new.currency))
        for currency in {step.currency for step in steps}:
            own = [step for step in steps if step.currency == currency]
            grows = sum(step.amount for step in own) >= 0
            for step in own:
                amount = step.amount if grows else -step.amount
                found.append(Movement("expansion_mrr" if grows else "contraction_mrr", instant, amount, step.plan, currency))
        return found
