from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from antom import ACKNOWLEDGEMENT, Forged, paid_order
from django_shop.models import Order


@csrf_exempt
@require_POST
def webhook(request):
    try:
        order = paid_order(request.get_full_path(), request.headers, request.body, settings.ALIPAY_PUBLIC_KEY)
    except Forged:
        return HttpResponse(status=401)
    if order:
        found = get_object_or_404(Order, pk=order)
        found.is_paid = True
        found.save()
    return JsonResponse(ACKNOWLEDGEMENT)
