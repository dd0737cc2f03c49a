// Echo: what the service sees of a request, and its JSON body decoded and encoded again.
"use strict";

const { json } = require("node:stream/consumers");

const { sendJson, splitUrl } = require("./message.js");

function showRequest(request, response) {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name.startsWith("x-")));
  sendJson(response, 200, { method: request.method, ...splitUrl(request.url), headers });
}

async function echo(request, response) {
  sendJson(response, 200, await json(request));
}

module.exports = { showRequest, echo };
