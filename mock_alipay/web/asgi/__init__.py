"""Shared by the merchant API and the admin API: request bodies, problem JSON, scripted waits."""
