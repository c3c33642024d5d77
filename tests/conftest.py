"""What every test needs before anything else is imported."""

# Cuts GDAL's drivers down before a test imports pyogrio.
import atlas.records  # noqa: F401
