"""What tests share: fakes, fixed clocks, real servers."""
