-- with whom people may sign in beside their passwords here; its client secret is in the vault
create table sign_in_provider (
  id bigint primary key,
  document varchar(8000) not null
);
