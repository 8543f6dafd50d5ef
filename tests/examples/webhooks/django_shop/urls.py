from django.urls import path

from django_shop.views import webhook

urlpatterns = [path("antom/webhook", webhook)]
