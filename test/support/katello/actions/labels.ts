/** Labels of the actions that leave tasks, and the words they begin with. */
export const ACTIONS = {
  createProduct: { label: 'Actions::Katello::Product::Create', verb: 'Product Create' },
  destroyProduct: { label: 'Actions::Katello::Product::Destroy', verb: 'Delete Product' },
  createRepository: { label: 'Actions::Katello::Repository::CreateRoot', verb: 'Create' },
  updateRepository: { label: 'Actions::Katello::Repository::Update', verb: 'Update' },
  destroyRepository: { label: 'Actions::Katello::Repository::Destroy', verb: 'Delete' },
  generateMetadata: { label: 'Actions::Katello::Repository::MetadataGenerate', verb: 'Metadata generate' },
  importUpload: { label: 'Actions::Katello::Repository::ImportUpload', verb: 'Upload into' },
  removeContent: { label: 'Actions::Katello::Repository::RemoveContent', verb: 'Remove Content' },
} as const;
