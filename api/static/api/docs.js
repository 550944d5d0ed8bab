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

// A link within the button that unfolds an operation cannot be reached by keyboard.
const plugin = ({ React }) => ({
  fn: { requestSnippetGenerator_python: python },
  components: { DeepLink: ({ text }) => React.createElement("span", null, text) },
});

// Swagger UI names its text fields by their placeholders, and its lists not at all.
const root = document.getElementById("swagger-ui");
const nameFields = () => {
  for (const field of root.querySelectorAll("select:not([aria-label]), textarea:not([aria-label])")) {
    const row = field.closest("[data-param-name]");
    field.setAttribute("aria-label", row ? row.dataset.paramName : field.id || "Choice");
  }
};
new MutationObserver(nameFields).observe(root, { childList: true, subtree: true });

SwaggerUIBundle({
  url: root.dataset.schema,
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [plugin],
  layout: "BaseLayout",
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  filter: true,
  validatorUrl: null,
  syntaxHighlight: { theme: "tomorrow-night" },
  requestSnippetsEnabled: true,
  requestSnippets: {
    generators: {
      curl_bash: { title: "curl", syntax: "bash" },
      python: { title: "Python", syntax: "python" },
    },
    defaultExpanded: true,
    languages: ["curl_bash", "python"],
  },
});
