// Renders /openapi.json: contents, search, fields, and a form to try each operation.
"use strict";

const TEXTS = {
  en: {
    title: "API", skip: "Skip to the operations", search: "Search", token: "Token", nav: "Operations",
    parameters: "Parameters", body: "Body", answer: "Answer", failures: "Failures are problem documents.",
    needed: "required", try: "Try it", send: "Send", in: "in", other: "中文", otherLang: "zh",
    count: (n) => `${n} operations`, failed: "The gateway cannot be reached.", wait: "Waiting…",
    failure: "The description cannot be loaded.", none: "Nothing.",
  },
  zh: {
    title: "接口", skip: "跳到接口列表", search: "搜索", token: "令牌", nav: "接口列表",
    parameters: "参数", body: "请求体", answer: "响应", failures: "失败时返回问题文档（RFC 9457）。",
    needed: "必填", try: "试一试", send: "发送", in: "位于", other: "English", otherLang: "en",
    count: (n) => `${n} 个接口`, failed: "无法连接网关。", wait: "等待中…",
    failure: "无法加载接口描述。", none: "无。",
  },
};
const METHODS = ["get", "post", "put", "patch", "delete"];
const DEEPEST = 4;

let language = pick();
let api = null;

function pick() {
  const wanted = localStorage.getItem("language") || navigator.language;
  return wanted.startsWith("zh") ? "zh" : "en";
}

const t = (name, ...values) => {
  const text = TEXTS[language][name];
  return typeof text === "function" ? text(...values) : text;
};

// Makes an element; texts are never read as markup.
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child != null && child !== false));
  return made;
}

// Paragraphs, lists, `code` and **bold**: all the Markdown that the contracts use.
function prose(text) {
  return (text || "").split(/\n\n/).filter(Boolean).map((part) => {
    const lines = part.split("\n");
    if (lines.every((line) => line.startsWith("- "))) {
      return el("ul", {}, lines.map((line) => el("li", {}, inline(line.slice(2)))));
    }
    return el("p", {}, inline(part));
  });
}

function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).filter(Boolean).map((part) => {
    if (part.startsWith("`")) return el("code", {}, part.slice(1, -1));
    if (part.startsWith("**")) return el("strong", {}, part.slice(2, -2));
    return part;
  });
}

const resolve = (thing) =>
  thing && thing.$ref
    ? { ...thing.$ref.split("/").slice(1).reduce((at, key) => at[key], api), ...thing, $ref: undefined }
    : thing || {};

function kind(schema) {
  const found = resolve(schema);
  const names = [].concat(found.type || "any");
  let text = found.title && found.type === "object" ? found.title : names.join(" | ");
  if (found.type === "array") text = `${kind(found.items)}[]`;
  const facts = [
    found.format, found.pattern && `pattern ${found.pattern}`,
    bounds(found.minLength, found.maxLength, "length"), bounds(found.minItems, found.maxItems, "items"),
    bounds(found.minimum, found.maximum, "value"),
  ].filter(Boolean);
  return facts.length ? `${text} (${facts.join(", ")})` : text;
}

function bounds(least, most, what) {
  if (least == null && most == null) return "";
  if (most == null) return `${what} ≥ ${least}`;
  return least == null ? `${what} ≤ ${most}` : `${what} ${least} – ${most}`;
}

function fields(schema, depth = 0) {
  const found = resolve(schema);
  if (found.type === "array") return fields(found.items, depth);
  if (found.additionalProperties && found.additionalProperties.constructor === Object) {
    return fields(found.additionalProperties, depth);
  }
  const names = Object.keys(found.properties || {});
  if (!names.length || depth > DEEPEST) return null;
  const rows = names.map((name) => {
    const field = resolve(found.properties[name]);
    const needed = (found.required || []).includes(name);
    return row(name, found.properties[name], field.description, needed, depth);
  });
  return el("table", {}, el("tbody", {}, rows));
}

function row(name, schema, description, needed, depth, place) {
  const found = resolve(schema);
  const inner = found.type === "object" || found.type === "array" ? fields(schema, depth + 1) : null;
  return el("tr", {},
    el("th", { scope: "row" }, el("code", {}, name), " ", needed && el("span", { class: "needed" }, t("needed"))),
    el("td", {},
      el("span", { class: "kind" }, kind(schema), place ? `, ${t("in")} ${place}` : ""),
      prose(description),
      found.enum && el("p", {}, found.enum.map((value) => [el("code", {}, String(value)), " "])),
      inner && el("details", {}, el("summary", { class: "kind" }, kind(schema)), inner)));
}

function example(schema, depth = 0) {
  const found = resolve(schema);
  if (found.const != null) return found.const;
  if (found.enum) return found.enum.find((value) => !String(value).endsWith("_UNSPECIFIED")) ?? found.enum[0];
  const type = [].concat(found.type)[0];
  if (type === "array") return depth > DEEPEST ? [] : [example(found.items, depth + 1)];
  if (type === "object") {
    const names = depth > DEEPEST ? [] : Object.keys(found.properties || {});
    const wanted = (found.required || []).length ? names.filter((name) => found.required.includes(name)) : names;
    return Object.fromEntries(wanted.map((name) => [name, example(found.properties[name], depth + 1)]));
  }
  if (type === "boolean") return false;
  if (type === "integer" || type === "number") return Math.max(found.minimum ?? 0, 0);
  if (found.format === "uuid") return crypto.randomUUID();
  if (found.format === "date-time") return new Date().toISOString();
  if (found.format === "int64" || found.format === "uint64") return "0";
  return type === "string" ? "" : null;
}

function operationView(path, method, operation) {
  const id = operation.operationId;
  const parameters = (operation.parameters || []).map(resolve);
  const body = operation.requestBody && Object.entries(operation.requestBody.content)[0];
  const answer = Object.entries((operation.responses["200"] || {}).content || {})[0];
  const inside = el("div", { class: "inside" });
  const details = el("details", { id }, el("summary", {},
    el("span", { class: `method ${method}` }, method.toUpperCase()), " ", el("code", {}, path), " ",
    el("h3", {}, inline(operation.summary || id))), inside);
  // What is inside is made when it is first looked at.
  details.addEventListener("toggle", () => {
    if (inside.childElementCount) return;
    inside.append(...prose(operation.description),
      ...(parameters.length ? [el("h4", {}, t("parameters")), el("table", {}, el("tbody", {}, parameters.map(
        (one) => row(one.name, one.schema, one.description, one.required, 1, one.in))))] : []),
      ...(body ? [el("h4", {}, t("body")), fields(body[1].schema) || el("p", {}, kind(body[1].schema))] : []),
      el("h4", {}, t("answer")), (answer && fields(answer[1].schema)) || el("p", {}, t("none")),
      el("p", { class: "kind" }, t("failures")),
      tryView(path, method, parameters, body));
  });
  return el("article", { "data-words": words(path, method, operation) }, details);
}

const words = (path, method, operation) =>
  `${method} ${path} ${operation.operationId} ${operation.summary} ${operation.description} ${operation.tags}`.toLowerCase();

function tryView(path, method, parameters, body) {
  const output = el("div", { role: "status" });
  const inputs = parameters.map((one) => {
    const id = `${method}-${path}-${one.name}`;
    const input = el("input", { id, name: one.name, required: one.in === "path", autocomplete: "off" });
    return { one, input, view: [el("label", { for: id }, one.name, one.required ? ` (${t("needed")})` : ""), input] };
  });
  const isJson = body && body[0] === "application/json";
  const text = isJson && el("textarea", { id: `${method}-${path}-body`, rows: 8, spellcheck: "false" },
    JSON.stringify(example(body[1].schema), null, 2));
  const form = el("form", { onsubmit: (event) => {
    event.preventDefault();
    send(path, method, inputs, text, output);
  } },
    inputs.map((input) => input.view),
    text && [el("label", { for: text.id }, t("body")), text],
    el("button", {}, t("send")));
  return el("details", {}, el("summary", {}, t("try")), form, output);
}

async function send(path, method, inputs, text, output) {
  const query = new URLSearchParams();
  const headers = {};
  let url = path;
  for (const { one, input } of inputs) {
    const value = input.value;
    if (one.in === "path") url = url.replace(`{${one.name}}`, encodeURIComponent(value));
    else if (value && one.in === "header") headers[one.name] = value;
    else if (value && resolve(one.schema).type === "array") value.split(",").forEach((part) => query.append(one.name, part.trim()));
    else if (value) query.append(one.name, value);
  }
  const token = document.getElementById("token").value.trim();
  if (token) headers.Authorization = `Bearer ${token}`;
  if (text) headers["Content-Type"] = "application/json";
  output.replaceChildren(el("p", {}, t("wait")));
  try {
    const answer = await fetch(url + (query.size ? `?${query}` : ""),
      { method: method.toUpperCase(), headers, body: text ? text.value : undefined });
    const content = await answer.text();
    const made = content && JSON.parse(content);
    if (path === "/v1/sessions" && made.token) document.getElementById("token").value = made.token;
    output.replaceChildren(el("p", { class: "answer-status" }, `${answer.status} ${answer.statusText}`),
      el("pre", { tabindex: "0" }, JSON.stringify(made, null, 2)));
  } catch (error) {
    output.replaceChildren(el("p", { class: "answer-status" }, t("failed"), ` ${error.message}`));
  }
}

function render() {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  document.querySelectorAll("[data-text]").forEach((one) => { one.textContent = t(one.dataset.text); });
  document.querySelectorAll("[data-label]").forEach((one) => { one.setAttribute("aria-label", t(one.dataset.label)); });
  const button = document.getElementById("language");
  button.textContent = t("other");
  button.lang = t("otherLang");
  if (!api) return;
  document.getElementById("introduction").replaceChildren(...prose(api.info.description));
  const sections = (api.tags || []).map((tag) => {
    const found = Object.entries(api.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method] && item[method].tags.includes(tag.name))
        .map((method) => ({ path, method, operation: item[method] })));
    return { tag, found };
  });
  document.getElementById("list").replaceChildren(...sections.map(({ tag, found }) =>
    el("section", {}, el("h2", {}, tag.name), ...prose(tag.description),
      found.map(({ path, method, operation }) => operationView(path, method, operation)))));
  document.getElementById("contents").replaceChildren(...sections.map(({ tag, found }) =>
    el("li", {}, el("strong", {}, tag.name), el("ul", {}, found.map(({ operation }) =>
      el("li", {}, el("a", { href: `#${operation.operationId}`, onclick: () => open(operation.operationId) },
        operation.operationId)))))));
  filter();
}

function open(id) {
  const found = document.getElementById(id);
  if (!found || found.tagName !== "DETAILS") return;
  found.open = true;
  found.scrollIntoView();
}

function filter() {
  const wanted = document.getElementById("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const article of document.querySelectorAll("article")) {
    article.hidden = !wanted.every((word) => article.dataset.words.includes(word));
    if (!article.hidden) shown += 1;
  }
  for (const section of document.querySelectorAll("#list > section")) {
    section.hidden = !section.querySelector("article:not([hidden])");
  }
  document.getElementById("count").textContent = t("count", shown);
}

document.getElementById("login").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("search").addEventListener("input", filter);
document.getElementById("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem("language", language);
  render();
});
fetch("/openapi.json").then((answer) => answer.json()).then((found) => {
  api = found;
  render();
  open(location.hash.slice(1));
}).catch(() => {
  document.getElementById("count").textContent = t("failure");
});
render();
