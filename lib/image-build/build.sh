# Builds and pushes the image, unless the repository has it: tags are immutable, and a rollback asks
# for one that was built before.
has_image() {
  aws ecr describe-images --repository-name "${REPOSITORY_URI#*/}" --image-ids imageTag="$IMAGE_TAG" >/dev/null 2>&1
}
aws ecr get-login-password | docker login --username AWS --password-stdin "${REPOSITORY_URI%%/*}" || exit 1
if has_image; then
  echo "The repository has $IMAGE_TAG."
else
  docker build --build-arg MODEL_NAME="$MODEL_NAME" --tag "$REPOSITORY_URI:$IMAGE_TAG" . || exit 1
  # Another build of this image may have pushed it meanwhile.
  docker push "$REPOSITORY_URI:$IMAGE_TAG" || has_image || exit 1
fi
