from fastapi import FastAPI, HTTPException, Request

from antom import ACKNOWLEDGEMENT, Forged, paid_order

app = FastAPI()
app.state.paid = set()


@app.post("/antom/webhook")
async def webhook(request: Request):
    body = await request.body()
    try:
        order = paid_order(request.url.path, request.headers, body, app.state.alipay_public_key)
    except Forged:
        raise HTTPException(401) from None
    if order:
        app.state.paid.add(order)
    return ACKNOWLEDGEMENT
