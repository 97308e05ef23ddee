require("module-that-is-not-installed");
