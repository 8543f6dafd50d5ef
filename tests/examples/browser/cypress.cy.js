// The same in Cypress, by the gateway's control API. This file is not run by the tests of mock-alipay.
//
// Cypress does not reach easily into a frame of another origin. So nobody clicks in the cashier: the gateway acts, and
// the open page follows. Start it with: mock-alipay --port 2088
const GATEWAY = "http://127.0.0.1:2088";

/** What the buyer does: pay, decline, pending, leave or challenge. */
const act = (order, action, code) =>
  cy.request("POST", `${GATEWAY}/__admin/payments/${order}/act`, { action, ...(code && { code }) });

/** The newest order of the shop. */
const newestOrder = () =>
  cy.request(`${GATEWAY}/__admin/payments?limit=1`).then(({ body }) => body.payments[0].paymentRequestId);

beforeEach(() => {
  cy.intercept(/\/ams-checkout(\.min)?\.js/, (request) => request.redirect(`${GATEWAY}/sdk/ams-checkout.js`));
  cy.visit("/");
  cy.contains("button", "Check out").click();
  cy.get("[data-testid=antom-mock-frame]");
});

it("pays", () => {
  newestOrder().then((order) => act(order, "pay"));
  cy.contains("h1", "Thank you");
});

it("is declined", () => {
  newestOrder().then((order) => act(order, "decline", "RISK_REJECT"));
  cy.contains("[role=alert]", "RISK_REJECT");
});
