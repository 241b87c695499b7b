"""Published weights: where they lie, fetched in bounded time, checked byte for byte, pinned."""
