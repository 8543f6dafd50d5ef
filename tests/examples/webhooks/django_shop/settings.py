SECRET_KEY = "for tests only"
ALLOWED_HOSTS = ["shop.example", "127.0.0.1"]  # webhooks of tests come to 127.0.0.1
ROOT_URLCONF = "django_shop.urls"
INSTALLED_APPS = ["django_shop"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.db", "TEST": {"NAME": "test-shop.db"}}}
