from django.db import models


class Order(models.Model):
    payment_request_id = models.CharField(max_length=64, primary_key=True)
    is_paid = models.BooleanField(default=False)
