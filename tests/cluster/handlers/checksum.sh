#!/bin/sh
# A handler in shell: answers with the SHA-256 of the job's file. A line holds one job, as the hello asks for no more;
# sed takes what the node writes at its beginning and end, whatever the parameters between them are.
printf '{"hello":{"protocol":1,"kinds":["file.checksum"],"concurrency":1}}\n'
while read -r line; do
  about=$(printf '%s\n' "$line" | sed -n 's/^[[]*{\("job":"[^"]*","attempt":[0-9]*\),.*/\1/p')
  scratch=$(printf '%s\n' "$line" | sed -n 's/.*"scratch":"\([^"]*\)".*/\1/p')
  if [ -z "$about" ]; then
    continue # A wish to cancel: the sum is faster than that.
  elif sum=$(sha256sum "$scratch/in/0" 2>/dev/null); then
    printf '{%s,"result":{"sha256":"%s"}}\n' "$about" "${sum%% *}"
  else
    printf '{%s,"error":{"code":"no_input","message":"the job needs a file","retryable":false}}\n' "$about"
  fi
done
