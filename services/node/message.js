// What the topics share: node:http knows bytes, headers and a URL as it was sent.
"use strict";

const http = require("node:http");

class HttpError extends Error {
  constructor(status, headers = {}) {
    super(http.STATUS_CODES[status]);
    this.status = status;
    this.headers = headers;
  }
}

function splitUrl(url) {
  const mark = url.indexOf("?");
  return mark < 0 ? { path: url, query: "" } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

// A parameter that has to be an integer within limits; null is one that is missing.
function integer(text, min, max) {
  const number = /^[0-9]{1,15}$/.test(text) ? Number(text) : NaN;
  if (!(number >= min && number <= max)) throw new HttpError(400);
  return number;
}

function sendText(response, status, text, headers) {
  send(response, status, "text/plain; charset=utf-8", text, headers);
}

function sendHtml(response, status, text) {
  send(response, status, "text/html; charset=utf-8", text);
}

function sendJson(response, status, value) {
  send(response, status, "application/json", JSON.stringify(value));
}

function send(response, status, type, body, headers) {
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body), ...headers }).end(body);
}

module.exports = { HttpError, splitUrl, integer, sendText, sendHtml, sendJson };
