# Answers CloudFormation; runs after a failed build, too.
if [ "$CODEBUILD_BUILD_SUCCEEDING" = 1 ]; then RESPONSE="$RESPONSE_SUCCESS"; else RESPONSE="$RESPONSE_FAILED"; fi
printf %s "$RESPONSE" | curl --silent --show-error --fail --retry 5 --max-time 30 \
  --request PUT --header "content-type:" --data-binary @- "$RESPONSE_URL" || exit 1
