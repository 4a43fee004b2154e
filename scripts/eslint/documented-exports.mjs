/** An ESLint rule: every exported declaration has a docstring right before it. */
export const documentedExports = {
  meta: {
    type: 'suggestion',
    docs: { description: 'require a docstring on every exported declaration' },
    messages: { missing: 'The exported {{name}} has no docstring: say what it guarantees, and what goes in and out.' },
    schema: [],
  },
  create(context) {
    const source = context.sourceCode;
    return {
      ExportNamedDeclaration(node) {
        // Further overloads of a function share the docstring of the first.
        if (node.declaration === null || isOverloadOfPrevious(node)) return;
        const comment = source.getCommentsBefore(node).at(-1);
        const isDocumented = comment?.type === 'Block' && comment.value.startsWith('*');
        if (!isDocumented) context.report({ node, messageId: 'missing', data: { name: nameOf(node.declaration) } });
      },
    };
  },
};

function nameOf(declaration) {
  return declaration.id?.name ?? declaration.declarations?.[0]?.id.name ?? 'declaration';
}

function isOverloadOfPrevious(node) {
  const siblings = node.parent.body;
  const previous = siblings[siblings.indexOf(node) - 1];
  return (
    previous?.declaration?.type === 'TSDeclareFunction' && nameOf(previous.declaration) === nameOf(node.declaration)
  );
}
