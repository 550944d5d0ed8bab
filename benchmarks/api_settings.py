"""The settings of production, with two addresses to hold the others against."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.api_urls"
