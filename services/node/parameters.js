// Parameters: from the path, from the query string, and one that the route's pattern admits only as digits.
"use strict";

const { sendJson, sendText, splitUrl } = require("./message.js");

function greet(request, response, name) {
  sendText(response, 200, `hello ${name}`);
}

function greetInfo(request, response, name, info) {
  sendJson(response, 200, { name, info });
}

function number(request, response, digits) {
  sendJson(response, 200, { number: Number(digits) });
}

function query(request, response) {
  const args = new URLSearchParams(splitUrl(request.url).query);
  sendJson(response, 200, { name: args.getAll("name"), age: args.get("age") });
}

module.exports = { greet, greetInfo, number, query };
