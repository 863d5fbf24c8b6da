-- hosts that machines are composed on; their passwords are in the vault
create table vm_host (
  id bigint primary key,
  name varchar(100) not null unique,
  document varchar not null
);

-- what was made there is written down before it is: without a machine it was only begun
create table vm (
  id bigint primary key,
  vm_host_id bigint not null references vm_host (id),
  uuid varchar(36) not null unique,
  machine_id varchar(12) unique references machine (id) on delete cascade
);
