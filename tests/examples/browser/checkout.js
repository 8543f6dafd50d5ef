const say = (text) => {
  document.querySelector("[role=alert]").textContent = text;
};

const cashier = new window.AMSCashierPayment({
  environment: "sandbox",
  locale: "en_US",
  onEventCallback: ({ code, result }) => {
    if (code === "SDK_PAYMENT_FAIL") say(`Your payment was declined: ${result.paymentResultCode}`);
    if (code === "SDK_PAYMENT_CANCEL") say("You have not paid yet.");
  },
});

document.getElementById("check-out").addEventListener("click", async () => {
  const session = await fetch("/session", { method: "POST" });
  await cashier.mountComponent({ sessionData: await session.text() }, "#payment");
});
