// The contract in Node's own http module: the topics' routes, the router, `GET /about`.
"use strict";

const cluster = require("node:cluster");
const http = require("node:http");

const { about } = require("./about.mjs");
const { db, queries, updates, fortunes } = require("./database.js");
const { showRequest, echo } = require("./echo.js");
const { readForm, upload } = require("./forms.js");
const { hello, helloJson } = require("./hello.js");
const { putItem, getItem, deleteItem } = require("./items.js");
const { HttpError, sendJson, sendText, splitUrl } = require("./message.js");
const { helloInLayers } = require("./middleware.js");
const { sendFile, template } = require("./pages.js");
const { greet, greetInfo, number, query } = require("./parameters.js");
const { cookie, session } = require("./state.js");
const { stream, events, echoOn } = require("./streams.js");
const { validate } = require("./validation.js");
const { sleep, fanout } = require("./waiting.js");
const { cpu } = require("./work.js");

const WORKERS = Number(process.env.WORKERS);

// One entry per path; what its pattern captures is percent-decoded and handed to the method's function.
const routes = [
  [/^\/$/, { GET: hello }],
  [/^\/json$/, { GET: helloJson }],
  [/^\/greet\/([^/]+)$/, { GET: greet }],
  [/^\/greet\/([^/]+)\/([^/]+)$/, { GET: greetInfo }],
  [/^\/number\/([0-9]{1,15})$/, { GET: number }], // a Number holds no more digits exactly
  [/^\/query$/, { GET: query }],
  [/^\/request$/, { GET: showRequest }],
  [/^\/echo$/, { POST: echo }],
  [/^\/items\/([^/]+)$/, { PUT: putItem, GET: getItem, DELETE: deleteItem }],
  [/^\/validate$/, { POST: validate }],
  [/^\/form$/, { POST: readForm }],
  [/^\/upload$/, { POST: upload }],
  [/^\/static\//, { GET: sendFile }],
  [/^\/template$/, { GET: template }],
  [/^\/stream\/([0-9]+)$/, { GET: stream }],
  [/^\/events$/, { GET: events }],
  [/^\/cookie$/, { GET: cookie }],
  [/^\/session$/, { GET: session }],
  [/^\/middleware$/, { GET: helloInLayers }],
  [/^\/sleep\/([0-9]+)$/, { GET: sleep }],
  [/^\/fanout\/([0-9]+)$/, { GET: fanout }],
  [/^\/cpu\/([0-9]+)$/, { GET: cpu }],
  [/^\/db$/, { GET: db }],
  [/^\/db\/queries\/([^/]+)$/, { GET: queries }],
  [/^\/db\/updates\/([^/]+)$/, { GET: updates }],
  [/^\/fortunes$/, { GET: fortunes }],
  [/^\/about$/, { GET: tellAbout }],
];

function tellAbout(request, response) {
  sendJson(response, 200, about("node:http", "node:http", { parser: "llhttp", json: "V8" }));
}

function route(request) {
  const { path } = splitUrl(request.url);
  for (const [pattern, methods] of routes) {
    const match = pattern.exec(path);
    if (!match) continue;
    if (!Object.hasOwn(methods, request.method)) throw new HttpError(405, { Allow: Object.keys(methods).join(", ") });
    return [methods[request.method], match.slice(1).map(decodeURIComponent)];
  }
  throw new HttpError(404);
}

async function handle(request, response) {
  try {
    const [answer, args] = route(request);
    await answer(request, response, ...args);
  } catch (error) {
    if (request.errored || response.destroyed) return; // the client hung up
    const { status, headers } = asHttpError(error);
    if (status === 500) console.error(error);
    sendText(response, status, http.STATUS_CODES[status], headers);
  }
}

// The request is to blame for what decodeURIComponent(), JSON.parse() and, if it is nested too deep, JSON.stringify() throw.
function asHttpError(error) {
  if (error instanceof HttpError) return error;
  return new HttpError([URIError, SyntaxError, RangeError].some((type) => error instanceof type) ? 400 : 500);
}

if (cluster.isPrimary && WORKERS > 1) {
  for (let i = 0; i < WORKERS; i++) cluster.fork();
} else {
  const server = http.createServer({ keepAliveTimeout: 75_000 }, handle);
  echoOn(server);
  server.listen(8000);
}
