"""The domain: experts, their forecasts, how these resolve and how they score."""
