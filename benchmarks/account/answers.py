"""What the server of an account answers: three variants, 45 days of two variants."""

from datetime import date, timedelta

DAYS = 45
LAST = date(2026, 6, 30)


def experiment(number):
    return {
        "test_id": number, "test_name": f"Experiment {number}", "url": "https://example.com/",
        "status": 1, "is_completed": 0, "created_at": "2026-01-15T10:30:00.000Z",
        "updated_at": "2026-01-20T14:22:00.000Z",
    }  # fmt: skip


def result():
    variants = [
        {
            "variant_id": str(n), "name": f"Variant {n}", "visitors": 1500 + n, "conversions": 120 + n,
            "conversion_rate": 8.0 + n, "improvement": 25.0, "revenue": 5800.5, "orders": 145,
            "rpv": 3.87, "aov": 40.0, "currency": "USD", "revenue_per_visitor_improvement": 16.02,
            "traffic_weight": 50, "variant_status": "active", "is_control": n == 0,
        }
        for n in range(3)
    ]  # fmt: skip
    return {
        "success": True, "test_id": 1234, "test_name": "Homepage", "status": "live", "status_code": 1,
        "start_date": "2026-01-15T10:30:00.000Z", "end_date": None, "days_running": 15,
        "primary_goal": {"goal_name": "Click", "goal_type": "clickOnElement", "goal_value": ".cta"},
        "stats_engine": "bayesian", "confidence_threshold_percent": 95, "traffic_allocation": 100,
        "distribution_mode": "equal", "is_mab": False, "total_visitors": 4503,
        "total_conversions": 363, "has_revenue": True, "total_revenue": 17401.5, "total_orders": 435,
        "variants": variants,
    }  # fmt: skip


def timeseries(first=date.min, last=LAST, count=DAYS):
    """The days of a window; an experiment has rows of its last days."""
    days = [last - timedelta(days=count - 1 - n) for n in range(count)]
    rows = [
        {
            "variant_id": str(n % 2), "converted": 12 + n, "conversion": 8.0 + n, "visitors": 150 + n,
            "revenue": 1200.25 + n, "quantity": 1.0 + n, "no_of_order": n, "currency": "USD",
            "created_at": f"{days[n // 2]}T00:00:00.000Z", "updated_at": f"{days[n // 2]}T00:00:00.000Z",
        }
        for n in range(2 * count) if days[n // 2] >= first
    ]  # fmt: skip
    return {
        "success": True, "test_id": 1234, "test_name": "Homepage", "count": len(rows),
        "goal": {"goal_key": "purchase", "goal_name": "Purchase"}, "timeseries": rows,
    }  # fmt: skip
