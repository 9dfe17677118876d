"""Charts: geometry as values, written as SVG without a library; matplotlib only for PNG and figures."""
