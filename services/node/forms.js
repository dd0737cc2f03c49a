// Forms: fields as a browser sends them, and a file that is uploaded.
"use strict";

const { createHash } = require("node:crypto");
const { text } = require("node:stream/consumers");
const { finished } = require("node:stream/promises");

const { Busboy } = require("@fastify/busboy");

const { HttpError, sendJson } = require("./message.js");

const MAX_FILE = 10 * 1024 * 1024;

async function readForm(request, response) {
  const form = new URLSearchParams(await text(request));
  sendJson(response, 200, { name: form.get("name"), message: form.get("message"), topic: form.getAll("topic") });
}

async function upload(request, response) {
  const file = await digest(request);
  if (!file) throw new HttpError(400);
  sendJson(response, 200, file);
}

async function digest(request) {
  let digested;
  const parser = openParser(request.headers);
  parser.on("file", (field, file, name) => {
    const hash = createHash("sha256");
    file.on("data", (chunk) => hash.update(chunk));
    file.on("end", () => {
      if (field === "file") digested = { name, size: file.bytesRead, sha256: hash.digest("hex") };
    });
    file.on("limit", () => parser.destroy(new HttpError(413)));
    file.on("error", (error) => parser.destroy(error));
  });
  request.on("error", (error) => parser.destroy(error)); // pipe() does not tell, and pipeline() would close the connection
  try {
    await finished(request.pipe(parser));
  } catch (error) {
    throw error instanceof HttpError ? error : new HttpError(400);
  }
  return digested;
}

function openParser(headers) {
  try {
    return new Busboy({ headers, limits: { fileSize: MAX_FILE } });
  } catch {
    throw new HttpError(415); // no form, or parts without a boundary
  }
}

module.exports = { readForm, upload };
