"""Pure rules, one folder for each AMS API family: a request body and a Context in, an Outcome out."""
