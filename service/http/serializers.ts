import SerializerSelector from '@fastify/fast-json-stringify-compiler';

/**
 * Fastify's serializers, compiled once per schema and when the first answer needs it. Most routes
 * share the problem documents, and compiling one per status and route took most of the start-up time.
 */
export function sharedSerializers(): SerializerSelector.SerializerFactory {
  const buildCompiler = SerializerSelector();
  return (externalSchemas, options) => {
    const compile = buildCompiler(externalSchemas, options);
    const compiled = new Map<string, SerializerSelector.Serializer>();
    return (route) => {
      const key = JSON.stringify(route.schema);
      const serializer = compiled.get(key) ?? compiledAtFirstUse(() => compile(route));
      compiled.set(key, serializer);
      return serializer;
    };
  };
}

function compiledAtFirstUse(
  compile: () => SerializerSelector.Serializer,
): SerializerSelector.Serializer {
  let serialize: SerializerSelector.Serializer | undefined;
  return (document) => {
    serialize ??= compile();
    return serialize(document);
  };
}
