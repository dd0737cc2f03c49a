// Hello: an answer that takes no work, as text and as JSON.
"use strict";

const { sendJson, sendText } = require("./message.js");

function hello(request, response) {
  sendText(response, 200, "hello world");
}

function helloJson(request, response) {
  sendJson(response, 200, { hello: "world" });
}

module.exports = { hello, helloJson };
