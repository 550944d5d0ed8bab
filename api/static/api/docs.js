"use strict";

// Swagger UI has no setting for the dark; the class is how its own switch does it.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

// A JSON string is a Python string, too.
const python = (request) => {
  const headers = Object.entries(request.get("headers").toJS());
  const shown = headers.map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`);
  const body = request.get("body");
  const text = body && (typeof body === "string" ? body : JSON.stringify(body));
  const data = text ? `\n    data=${JSON.stringify(text)}.encode(),` : "";
  return `from urllib.request import Request, urlopen

headers = {
${shown.join("")}}
request = Request(
    ${JSON.stringify(request.get("url"))},${data}
    headers=headers,
    method=${JSON.stringify(request.get("method"))},
)
with urlopen(request) as answer:
    print(answer.read().decode())`;
};

SwaggerUIBundle({
  url: document.getElementById("swagger-ui").dataset.schema,
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [() => ({ fn: { requestSnippetGenerator_python: python } })],
  layout: "BaseLayout",
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  filter: true,
  validatorUrl: null,
  requestSnippetsEnabled: true,
  requestSnippets: {
    generators: {
      curl_bash: { title: "curl", syntax: "bash" },
      python: { title: "Python", syntax: "python" },
    },
    defaultExpanded: true,
  },
});
