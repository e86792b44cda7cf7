"""How each feature is put together, a module each; `bootstrap` adds them up."""
