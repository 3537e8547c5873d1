"""The edge: payload to `Inbound`, `Reply` and `Delivery` to payload, and a thin send."""
