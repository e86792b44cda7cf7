"""Makes an HTML page of all that is known of a model: pictures with tables behind them."""
