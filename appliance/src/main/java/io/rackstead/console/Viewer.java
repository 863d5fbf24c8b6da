package io.rackstead.console;

import io.rackstead.http.SocketRoute.Line;

/// Somebody at a console: one page, or one program.
record Viewer(String username, Line line) {}
