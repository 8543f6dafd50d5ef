// The rules for the JavaScript of the pages, the drop-in and the tests: npm run lint --prefix tests/browser
import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["**/lit-html/**"] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: globals.browser },
    rules: {
      "curly": ["error", "multi-line"],
      "eqeqeq": "error",
      "no-eval": "error",
      "no-implicit-coercion": "error",
      "no-implicit-globals": "error",
      "no-param-reassign": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Set text with textContent." },
        { property: "outerHTML", message: "Set text with textContent." },
        { property: "insertAdjacentHTML", message: "Set text with textContent." },
      ],
      "no-shadow": "error",
      "no-unused-vars": "error",
      "no-use-before-define": ["error", { functions: false, variables: false }],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  { files: ["**/cypress.cy.js"], languageOptions: { globals: { beforeEach: "readonly", cy: "readonly", it: "readonly" } } },
  { files: ["**/browser/shop.js"], languageOptions: { sourceType: "script" }, rules: { "no-implicit-globals": "off" } },
];
