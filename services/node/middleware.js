// Middleware: three layers around one route, each of which adds a header. Node has none: a layer is a handler around a handler.
"use strict";

const { hello } = require("./hello.js");

const helloInLayers = layer("outer", layer("middle", layer("inner", hello)));

function layer(name, next) {
  return (request, response) => {
    response.appendHeader("X-Layer", name);
    return next(request, response);
  };
}

module.exports = { helloInLayers };
