from flask import Flask, abort, request

from antom import ACKNOWLEDGEMENT, Forged, paid_order

app = Flask(__name__)
paid = set()


@app.post("/antom/webhook")
def webhook():
    try:
        order = paid_order(request.path, request.headers, request.get_data(), app.config["ALIPAY_PUBLIC_KEY"])
    except Forged:
        abort(401)
    if order:
        paid.add(order)
    return ACKNOWLEDGEMENT
