// Pages: a file, and a page that a template literal renders.
"use strict";

const send = require("send");

const { sendHtml, sendText, splitUrl } = require("./message.js");
const rows = require("./rows.json");

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function sendFile(request, response) {
  const path = splitUrl(request.url).path.slice("/static".length);
  send(request, path, { root: "static", index: false })
    .on("directory", () => sendText(response, 404, "Not Found")) // else redirected, without the "/static"
    .pipe(response);
}

function template(request, response) {
  const args = new URLSearchParams(splitUrl(request.url).query);
  sendHtml(response, 200, renderTable(args.get("title") ?? "", rows).text);
}

function renderTable(title, rows) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}</title>
</head>
<body>
<h1>${title}</h1>
<table>
<tr><th>id</th><th>name</th><th>note</th></tr>
${rows.map((row) => html`<tr><td>${row.id}</td><td>${row.name}</td><td>${row.note}</td></tr>\n`)}
</table>
</body>
</html>
`;
}

// The tag of template literals that are HTML: what is filled in is escaped, unless it is HTML itself.
function html(strings, ...values) {
  return new Html(String.raw({ raw: strings }, ...values.map(toHtml)));
}

class Html {
  constructor(text) {
    this.text = text;
  }
}

function toHtml(value) {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(toHtml).join("");
  return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character]);
}

module.exports = { sendFile, template, html };
